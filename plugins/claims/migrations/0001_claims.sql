-- expand
-- What is taken of each name: the sum of its claims, kept so that a limit costs one row.
CREATE TABLE claim_totals (
    name TEXT PRIMARY KEY,
    taken BIGINT NOT NULL CHECK (taken >= 0)
);

-- Who holds what.
CREATE TABLE claims (
    owner TEXT NOT NULL,
    name TEXT NOT NULL REFERENCES claim_totals (name),
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (owner, name)
);
