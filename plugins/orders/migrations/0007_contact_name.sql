-- expand
-- Who it is for, as the kitchen calls it out. NULL: not said.
ALTER TABLE orders ADD COLUMN contact_name TEXT;
