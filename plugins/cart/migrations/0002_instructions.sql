-- contract
-- What the customer wrote is part of what makes a line: one dish may be there with several notes. The row of the cart is the lock.
DROP INDEX cart_lines_by_dish;
CREATE INDEX cart_lines_by_user ON cart_lines (user_id, id);
UPDATE cart_lines SET quantity = 9999 WHERE quantity > 9999;
