-- expand
-- One order for the changes of all orders. A row gets its position after it was committed, by whoever holds the row of order_feed, so
-- positions become visible in their order and without gaps. NULL: not yet.
ALTER TABLE order_history ADD COLUMN position BIGINT;
CREATE UNIQUE INDEX order_history_by_position ON order_history (position);
CREATE INDEX order_history_without_position ON order_history (order_id, version) WHERE position IS NULL;

-- One row at most: the last position given.
CREATE TABLE order_feed (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    position BIGINT NOT NULL
);
