-- expand
-- Who signs up by SMS has no email address until they add one: ''. Addresses stay unique. `phone_proved` is 1 when its owner has given a
-- code that was sent to the number.
ALTER TABLE users ADD COLUMN phone_proved BIGINT NOT NULL DEFAULT 0;
DROP INDEX users_email;
CREATE UNIQUE INDEX users_email ON users (email_key) WHERE email_key <> '';
