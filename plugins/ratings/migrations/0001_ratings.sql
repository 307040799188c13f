-- expand
-- Ids of foods, users and orders are those of other plugins' tables: no foreign keys to them.
CREATE TABLE food_ratings (
    id         {{identity}},
    food_id    BIGINT NOT NULL,
    user_id    BIGINT NOT NULL,
    order_id   BIGINT NOT NULL,
    rating     BIGINT NOT NULL CHECK (rating BETWEEN 1 AND 5),
    comment    TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX food_ratings_one_each ON food_ratings (food_id, user_id);
CREATE INDEX food_ratings_by_food ON food_ratings (food_id, created_at, id);
