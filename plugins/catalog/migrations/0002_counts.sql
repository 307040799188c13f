-- contract
-- 0: switched off or sold out. A column, because an index that looks at the quantity would have PostgreSQL write every index
-- of a food at every sale. Before the indexes, because it takes the stronger lock.
ALTER TABLE foods ADD COLUMN is_orderable BIGINT NOT NULL DEFAULT 1;
UPDATE foods SET is_orderable = 0 WHERE is_available = 0 OR available_quantity = 0;

-- Lists of a large menu: an index for each order in which foods are listed, and counts that need no reading of foods.
-- Ties are always broken by rising id, so each direction has an index of its own; names are unique among living foods.
CREATE INDEX foods_living_price ON foods (price, id) WHERE deleted_at IS NULL;
CREATE INDEX foods_living_price_desc ON foods (price DESC, id) WHERE deleted_at IS NULL;
CREATE INDEX foods_living_category_price ON foods (category_key, price, id) WHERE deleted_at IS NULL;
CREATE INDEX foods_living_created ON foods (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX foods_living_created_desc ON foods (created_at DESC, id) WHERE deleted_at IS NULL;
CREATE INDEX foods_living_rating ON foods (
    (CASE WHEN rating_count > 0 THEN CAST(rating_total AS DOUBLE PRECISION) / rating_count ELSE 0 END), id)
    WHERE deleted_at IS NULL;
CREATE INDEX foods_living_rating_desc ON foods (
    (CASE WHEN rating_count > 0 THEN CAST(rating_total AS DOUBLE PRECISION) / rating_count ELSE 0 END) DESC, id)
    WHERE deleted_at IS NULL;

-- With all that such foods are counted by.
CREATE INDEX foods_living_out ON foods (is_orderable, category_key, price, id, deleted_at)
    WHERE deleted_at IS NULL AND is_orderable = 0;

-- How many living foods there are in each range of prices. kind: 'menu' (all foods), 'category' or 'tag'. bucket b of a width
-- counts the prices from b * width to (b + 1) * width - 1. A label is one spelling of a category.
CREATE TABLE food_counts (
    width     BIGINT NOT NULL,
    kind      TEXT NOT NULL,
    label_key TEXT NOT NULL,
    bucket    BIGINT NOT NULL,
    label     TEXT NOT NULL,
    foods     BIGINT NOT NULL
);
CREATE UNIQUE INDEX food_counts_bucket ON food_counts (width, kind, label_key, bucket, label);
CREATE INDEX food_counts_empty ON food_counts (foods) WHERE foods = 0;

INSERT INTO food_counts (width, kind, label_key, bucket, label, foods)
SELECT 1, 'menu', '', price, '', COUNT(*) FROM foods WHERE deleted_at IS NULL GROUP BY price;
INSERT INTO food_counts (width, kind, label_key, bucket, label, foods)
SELECT 1, 'category', category_key, price, category, COUNT(*) FROM foods WHERE deleted_at IS NULL
GROUP BY category_key, price, category;
INSERT INTO food_counts (width, kind, label_key, bucket, label, foods)
SELECT 1, 'tag', food_tags.tag_key, foods.price, '', COUNT(*) FROM food_tags JOIN foods ON foods.id = food_tags.food_id
WHERE foods.deleted_at IS NULL GROUP BY food_tags.tag_key, foods.price;
INSERT INTO food_counts (width, kind, label_key, bucket, label, foods)
SELECT wider.width, kind, label_key, bucket / wider.width, label, SUM(foods)
FROM food_counts CROSS JOIN (SELECT 256 AS width UNION ALL SELECT 65536 UNION ALL SELECT 16777216) AS wider
GROUP BY wider.width, kind, label_key, bucket / wider.width, label;
