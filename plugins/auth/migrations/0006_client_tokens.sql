-- expand
-- Tokens of a client that acts for its user: '' and NULL for a sign-in of the user's own, which may do everything.
ALTER TABLE token_families ADD COLUMN client_id TEXT NOT NULL DEFAULT '';
ALTER TABLE token_families ADD COLUMN scope TEXT;
