-- expand
-- What has happened. A row gets its position after it was committed, by the transaction that holds the row of event_head, so positions become
-- visible in their order and without gaps. NULL: not yet.
CREATE TABLE events (
    id {{identity}},
    name TEXT NOT NULL,
    data TEXT NOT NULL,
    emitted_at BIGINT NOT NULL,
    position BIGINT
);
CREATE UNIQUE INDEX events_by_position ON events (position);
CREATE INDEX events_without_position ON events (id) WHERE position IS NULL;

-- One row at most: the last position given.
CREATE TABLE event_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    position BIGINT NOT NULL
);

-- How far each subscriber is. attempts: failures in a row at the event after its position.
CREATE TABLE event_subscribers (
    name TEXT PRIMARY KEY,
    position BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    error TEXT
);
