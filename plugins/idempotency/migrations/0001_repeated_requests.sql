-- expand
-- The first response to a request that came with an Idempotency-Key. status 0: it is still running.
CREATE TABLE idempotency_keys (
    user_id BIGINT NOT NULL,
    route TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request TEXT NOT NULL,
    status BIGINT NOT NULL,
    fields TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX idempotency_keys_by_key ON idempotency_keys (user_id, route, idempotency_key);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
