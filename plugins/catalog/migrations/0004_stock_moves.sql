-- expand
-- Moves of the count since the version, which is that of what the staff decide: a sale makes no form stale that is being filled in.
ALTER TABLE foods ADD COLUMN stock_moves BIGINT NOT NULL DEFAULT 0;
