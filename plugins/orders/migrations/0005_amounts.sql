-- expand
-- What the steps of the checkout added, as one JSON array, since it is only ever read whole. NULL: nothing.
ALTER TABLE orders ADD COLUMN amounts TEXT;
-- An item's share of the order's discount.
ALTER TABLE order_items ADD COLUMN discount BIGINT NOT NULL DEFAULT 0;
