-- expand
-- The pause button: at most one row. While it is there, nothing can be ordered for a time before paused_until, or at all when that is NULL.
-- A row whose paused_until has passed means nothing any more.
CREATE TABLE opening_hours_pause (
    id BIGINT PRIMARY KEY CONSTRAINT opening_hours_pause_one CHECK (id = 1),
    paused_since BIGINT NOT NULL,
    paused_until BIGINT,
    reason TEXT NOT NULL
);
