-- expand
-- The row stays when a promotion is archived: its id, and with it the claims of its uses, is never another's.
CREATE TABLE promotions (
    id {{identity}},
    code TEXT NOT NULL,
    basis_points BIGINT CONSTRAINT promotions_share CHECK (basis_points BETWEEN 1 AND 10000),
    amount BIGINT CONSTRAINT promotions_amount CHECK (amount > 0),
    max_discount BIGINT,
    min_foods BIGINT NOT NULL,
    starts_at BIGINT,
    ends_at BIGINT,
    max_uses BIGINT,
    max_uses_per_user BIGINT,
    first_order_only BIGINT NOT NULL CONSTRAINT promotions_first_boolean CHECK (first_order_only IN (0, 1)),
    active BIGINT NOT NULL CONSTRAINT promotions_active_boolean CHECK (active IN (0, 1)),
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    CONSTRAINT promotions_one_kind CHECK ((basis_points IS NULL) <> (amount IS NULL)),
    CONSTRAINT promotions_window CHECK (starts_at < ends_at)
);
CREATE UNIQUE INDEX promotions_code ON promotions (code) WHERE archived_at IS NULL;
