-- expand
-- One cart an account. Its row is also the lock: every writer raises the version first.
CREATE TABLE carts (
    user_id BIGINT PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    fingerprint BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- food_id and the ids in sides_key belong to the catalogue, which may be another plugin on other tables: no foreign key.
CREATE TABLE cart_lines (
    id {{identity}},
    user_id BIGINT NOT NULL REFERENCES carts (user_id),
    food_id BIGINT NOT NULL,
    sides_key TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    special_instructions TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX cart_lines_by_dish ON cart_lines (user_id, food_id, sides_key);
