-- expand
-- The names of what the order claimed when it was placed, as one JSON array. NULL: nothing, or it is not known any more.
ALTER TABLE orders ADD COLUMN claims TEXT;
