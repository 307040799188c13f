-- expand
-- A row comes before its blob and goes after it. Without a name, it is there until its blob is removed.
CREATE TABLE images (
    id {{identity}},
    name TEXT,
    blob TEXT NOT NULL,
    size BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    unused_since BIGINT
);
CREATE UNIQUE INDEX images_name ON images (name);
CREATE INDEX images_unused ON images (unused_since) WHERE unused_since IS NOT NULL;

-- The image that a food has been given here.
CREATE TABLE food_images (
    food_id BIGINT PRIMARY KEY,
    image_id BIGINT NOT NULL REFERENCES images (id)
);
CREATE INDEX food_images_image ON food_images (image_id);
