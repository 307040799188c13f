-- expand
-- user_id belongs to the accounts and food_id to the catalogue, which may be other plugins on other tables: no foreign keys to them.
-- Names and prices are copied when the order is placed, and never change.
CREATE TABLE orders (
    id {{identity}},
    user_id BIGINT NOT NULL,
    status TEXT NOT NULL,
    payment_status TEXT NOT NULL,
    fulfillment_type TEXT NOT NULL,
    subtotal BIGINT NOT NULL CHECK (subtotal >= 0),
    delivery_fee BIGINT NOT NULL CHECK (delivery_fee >= 0),
    service_fee BIGINT NOT NULL CHECK (service_fee >= 0),
    tax BIGINT NOT NULL CHECK (tax >= 0),
    tip BIGINT NOT NULL CHECK (tip >= 0),
    discount BIGINT NOT NULL CHECK (discount >= 0),
    total BIGINT NOT NULL CHECK (total = subtotal + delivery_fee + service_fee + tax + tip - discount),
    currency TEXT NOT NULL,
    contact_phone TEXT NOT NULL,
    delivery_instructions TEXT,
    scheduled_for BIGINT,
    cancel_reason TEXT,
    version BIGINT NOT NULL CHECK (version > 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX orders_by_user ON orders (user_id, created_at, id);
CREATE INDEX orders_by_status ON orders (status, created_at, id);
CREATE INDEX orders_by_time ON orders (created_at, id);

CREATE TABLE order_items (
    order_id BIGINT NOT NULL REFERENCES orders (id),
    position BIGINT NOT NULL,
    food_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    unit_price BIGINT NOT NULL CHECK (unit_price >= 0),
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    special_instructions TEXT,
    line_total BIGINT NOT NULL CHECK (line_total >= 0),
    PRIMARY KEY (order_id, position)
);

-- kind: 'protein' or 'extra'. unit_price of the item already holds the price.
CREATE TABLE order_item_sides (
    order_id BIGINT NOT NULL,
    item_position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    position BIGINT NOT NULL,
    food_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    price BIGINT NOT NULL CHECK (price >= 0),
    PRIMARY KEY (order_id, item_position, kind, position),
    FOREIGN KEY (order_id, item_position) REFERENCES order_items (order_id, position)
);

-- One row for each version of an order: what made it that version.
CREATE TABLE order_history (
    order_id BIGINT NOT NULL REFERENCES orders (id),
    version BIGINT NOT NULL,
    from_status TEXT,
    to_status TEXT NOT NULL,
    by_user BIGINT NOT NULL,
    by_role TEXT NOT NULL,
    moved_at BIGINT NOT NULL,
    reason TEXT,
    PRIMARY KEY (order_id, version)
);

-- The first answer to a request that came with an Idempotency-Key. Written in the transaction of its effect.
CREATE TABLE order_idempotency (
    user_id BIGINT NOT NULL,
    route TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request TEXT NOT NULL,
    order_id BIGINT NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX order_idempotency_by_key ON order_idempotency (user_id, route, idempotency_key);
CREATE INDEX order_idempotency_by_age ON order_idempotency (created_at);
