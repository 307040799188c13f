-- expand
-- Keys that sign; `private_key` is PKCS #8, encrypted with a secret of the server.
CREATE TABLE oauth_keys (
    kid TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    private_key TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX oauth_keys_kid ON oauth_keys (kid);

-- Clients that administrators have added; `form` is what they sent.
CREATE TABLE oauth_clients (
    id TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    form TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX oauth_clients_id ON oauth_clients (id);

-- Browsers that are signed in here. `role` and `token_id` are those of the principal.
CREATE TABLE oauth_sessions (
    hash TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    role TEXT NOT NULL,
    token_id TEXT NOT NULL,
    signed_in_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX oauth_sessions_hash ON oauth_sessions (hash);
CREATE INDEX oauth_sessions_by_expiry ON oauth_sessions (expires_at);

-- Used codes stay for a day: showing one again ends what it gave.
CREATE TABLE oauth_codes (
    hash TEXT NOT NULL,
    client_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    nonce TEXT NOT NULL,
    scope TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    role TEXT NOT NULL,
    token_id TEXT NOT NULL,
    signed_in_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    grant_id BIGINT
);
CREATE UNIQUE INDEX oauth_codes_hash ON oauth_codes (hash);
CREATE INDEX oauth_codes_by_expiry ON oauth_codes (expires_at);

CREATE TABLE oauth_consents (
    user_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX oauth_consents_one ON oauth_consents (user_id, client_id);
