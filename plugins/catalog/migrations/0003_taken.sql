-- expand
-- What an order took of a food, and since when the food is counted: asked when the order is cancelled.
CREATE INDEX food_stock_journal_by_reference ON food_stock_journal (reference, food_id);
CREATE INDEX food_stock_journal_uncounted ON food_stock_journal (food_id, id) WHERE quantity_after IS NULL;
