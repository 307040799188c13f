-- expand
-- What staff and commands have changed. A row is written in the transaction of its change, and gets its position and its hash after the
-- commit, by the transaction that holds the row of audit_head: so no change waits for another. NULL: not yet. Nothing else is ever changed.
-- '' in a text: there is none.
CREATE TABLE audit_entries (
    id {{identity}},
    made_at BIGINT NOT NULL,
    user_id BIGINT,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    request TEXT NOT NULL,
    old_row TEXT NOT NULL,
    new_row TEXT NOT NULL,
    request_id TEXT NOT NULL,
    address TEXT NOT NULL,
    position BIGINT,
    hash TEXT
);
CREATE UNIQUE INDEX audit_entries_by_position ON audit_entries (position);
CREATE INDEX audit_entries_without_position ON audit_entries (id) WHERE position IS NULL;
CREATE INDEX audit_entries_by_user ON audit_entries (user_id, id);
CREATE INDEX audit_entries_by_object ON audit_entries (kind, object_id, id);
CREATE INDEX audit_entries_by_request ON audit_entries (request_id, id);

-- One row at most: the last position given, and its hash.
CREATE TABLE audit_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    position BIGINT NOT NULL,
    hash TEXT NOT NULL
);
