-- expand
-- Who signs in by an outside provider has no phone number until they give one, and no password: ''. Numbers stay unique.
DROP INDEX users_phone;
CREATE UNIQUE INDEX users_phone ON users (phone_number) WHERE phone_number <> '';
