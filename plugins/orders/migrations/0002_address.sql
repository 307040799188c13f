-- expand
-- Where it goes, copied when the order is placed: one JSON object, since it is only ever read whole. NULL: picked up, or no address was given.
ALTER TABLE orders ADD COLUMN address TEXT;
