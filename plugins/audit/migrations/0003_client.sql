-- expand
-- The client that acted for the user; '': they did it themselves.
ALTER TABLE audit_entries ADD COLUMN client_id TEXT NOT NULL DEFAULT '';
