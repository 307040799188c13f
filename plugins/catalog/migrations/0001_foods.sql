-- expand
-- Foods of the menu. A deleted food keeps its row: old orders and the stock journal point at it.
-- The *_key columns hold the text with its case folded by the plugin, so that every store compares alike.
CREATE TABLE foods (
    id                 {{identity}},
    name               TEXT NOT NULL,
    name_key           TEXT NOT NULL,
    description        TEXT NOT NULL,
    search_key         TEXT NOT NULL,
    price              BIGINT NOT NULL,
    image_url          TEXT,
    category           TEXT NOT NULL,
    category_key       TEXT NOT NULL,
    available_quantity BIGINT,
    is_available       BIGINT NOT NULL,
    tags               TEXT NOT NULL,
    side_rules         TEXT NOT NULL,
    rating_count       BIGINT NOT NULL DEFAULT 0,
    rating_total       BIGINT NOT NULL DEFAULT 0,
    version            BIGINT NOT NULL DEFAULT 1,
    created_at         BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL,
    deleted_at         BIGINT,
    CONSTRAINT foods_price_not_negative CHECK (price >= 0),
    CONSTRAINT foods_quantity_not_negative CHECK (available_quantity >= 0),
    CONSTRAINT foods_is_available_boolean CHECK (is_available IN (0, 1))
);

CREATE UNIQUE INDEX foods_living_name ON foods (name_key) WHERE deleted_at IS NULL;
CREATE INDEX foods_living_category ON foods (category_key, id) WHERE deleted_at IS NULL;

-- The tags again, one a row and folded, to filter by. The order to show them in is foods.tags (JSON).
CREATE TABLE food_tags (
    food_id BIGINT NOT NULL REFERENCES foods (id),
    tag_key TEXT NOT NULL
);

CREATE UNIQUE INDEX food_tags_one_each ON food_tags (food_id, tag_key);
CREATE INDEX food_tags_by_tag ON food_tags (tag_key, food_id);

-- Every change of a count. The deltas of a food add up to its count, 0 standing for "not counted".
CREATE TABLE food_stock_journal (
    id             {{identity}},
    food_id        BIGINT NOT NULL REFERENCES foods (id),
    delta          BIGINT NOT NULL,
    quantity_after BIGINT,
    reason         TEXT NOT NULL,
    reference      TEXT,
    by_user        BIGINT,
    created_at     BIGINT NOT NULL
);

CREATE INDEX food_stock_journal_by_food ON food_stock_journal (food_id, id);

-- What is done once in the life of a database, such as filling in the demo menu.
CREATE TABLE catalog_milestones (
    name       TEXT NOT NULL,
    reached_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX catalog_milestones_name ON catalog_milestones (name);
