-- expand
-- Who signs up by SMS has no email address until they add one: ''. Addresses stay unique. `proved_phone` is the number that a code was
-- sent to last and its owner gave: phone_number is proved while it is the same, also when a server that knows no proof changes it.
ALTER TABLE users ADD COLUMN proved_phone TEXT NOT NULL DEFAULT '';
DROP INDEX users_email;
CREATE UNIQUE INDEX users_email ON users (email_key) WHERE email_key <> '';
