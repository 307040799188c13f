-- expand
-- Accounts. `email` is as typed, `email_key` what is compared; `credential_version` grows whenever what proves or permits
-- changes (password, role, disabled), and ends every token and remembered password that was made under an older one.
CREATE TABLE users (
    id {{identity}},
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    phone_number TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL CONSTRAINT users_role_known CHECK (role IN ('customer', 'kitchen', 'admin')),
    disabled BIGINT NOT NULL DEFAULT 0 CONSTRAINT users_disabled_boolean CHECK (disabled IN (0, 1)),
    referral_code TEXT NOT NULL,
    referred_by BIGINT REFERENCES users (id),
    credential_version BIGINT NOT NULL DEFAULT 1,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_email ON users (email_key);
CREATE UNIQUE INDEX users_phone ON users (phone_number);
CREATE UNIQUE INDEX users_referral_code ON users (referral_code);
CREATE INDEX users_by_role ON users (role, id);

-- One sign-in on one device, and its present access token. All secrets are kept as keyed hashes.
CREATE TABLE token_families (
    id {{identity}},
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credential_version BIGINT NOT NULL,
    access_hash TEXT NOT NULL,
    access_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX token_families_access ON token_families (access_hash);
CREATE INDEX token_families_by_user ON token_families (user_id);
CREATE INDEX token_families_by_expiry ON token_families (expires_at);

-- Used ones stay until they expire: showing one again is the sign of a stolen token.
CREATE TABLE refresh_tokens (
    hash TEXT NOT NULL,
    family_id BIGINT NOT NULL REFERENCES token_families (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX refresh_tokens_hash ON refresh_tokens (hash);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);
