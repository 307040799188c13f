-- expand
-- What each account has now. Raised and lowered in one statement, so it can be trusted under any number of requests.
CREATE TABLE loyalty_points (
    user_id BIGINT PRIMARY KEY,
    points BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- How it came to that. Accounts and orders belong to other plugins: no foreign keys.
CREATE TABLE loyalty_entries (
    id {{identity}},
    user_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('earned', 'cancelled', 'redeemed')),
    reference TEXT NOT NULL,
    points BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX loyalty_entries_once ON loyalty_entries (kind, reference, user_id);
CREATE INDEX loyalty_entries_of_user ON loyalty_entries (user_id, id);
