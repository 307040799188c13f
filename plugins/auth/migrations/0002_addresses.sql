-- expand
-- The address book. Of the addresses of an account exactly one is the default: the index forbids a second, and that there is one is kept by
-- the writers, each of which locks the account's row first. '' in a text: not given.
CREATE TABLE addresses (
    id {{identity}},
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    recipient_name TEXT NOT NULL,
    line1 TEXT NOT NULL,
    line2 TEXT NOT NULL,
    city TEXT NOT NULL,
    state TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    country TEXT NOT NULL,
    landmark TEXT NOT NULL,
    delivery_instructions TEXT NOT NULL,
    phone TEXT NOT NULL,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    is_default BIGINT NOT NULL CONSTRAINT addresses_default_boolean CHECK (is_default IN (0, 1)),
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT addresses_whole_position CHECK ((latitude IS NULL) = (longitude IS NULL))
);
CREATE UNIQUE INDEX addresses_one_default ON addresses (user_id) WHERE is_default = 1;
CREATE INDEX addresses_by_user ON addresses (user_id, id);
