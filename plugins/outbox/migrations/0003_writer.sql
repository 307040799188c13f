-- expand
-- Who writes the mail when it is sent, from mail_key. Empty: it is written, and stands in the row.
ALTER TABLE outbox_mails ADD COLUMN writer TEXT NOT NULL DEFAULT '';
