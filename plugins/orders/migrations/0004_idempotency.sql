-- contract
-- The response to a repeated request is made of the order: at its first version it never changes.
ALTER TABLE order_idempotency DROP COLUMN answer;
