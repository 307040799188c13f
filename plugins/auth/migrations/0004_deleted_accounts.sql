-- expand
-- The row of a deleted account stays, without anything of the person: orders and the books name its id.
ALTER TABLE users ADD COLUMN deleted_at BIGINT;
CREATE INDEX users_deleted ON users (deleted_at) WHERE deleted_at IS NOT NULL;

-- Which plugins have forgotten the person. One that was off does when it is on again.
CREATE TABLE forgotten_parts (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    part TEXT NOT NULL,
    PRIMARY KEY (user_id, part)
);
