-- expand
-- Lists are in the order of time, whatever they are filtered by.
CREATE INDEX audit_entries_by_time ON audit_entries (made_at, id);
CREATE INDEX audit_entries_by_user_and_time ON audit_entries (user_id, made_at, id);
CREATE INDEX audit_entries_by_object_and_time ON audit_entries (kind, object_id, made_at, id);
DROP INDEX audit_entries_by_user;
DROP INDEX audit_entries_by_object;
