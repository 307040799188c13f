-- Mails become deliveries of any kind. What a mail says stands in its payload, as {"text","html"}.
-- Unwritten mails that wait are written anew, from the events of their orders, by the plugin order-mails.
DELETE FROM outbox_mails WHERE writer <> '' AND state = 'waiting';
ALTER TABLE outbox_mails RENAME TO outbox_deliveries;
ALTER TABLE outbox_deliveries RENAME COLUMN mail_key TO delivery_key;
ALTER TABLE outbox_deliveries ADD COLUMN channel TEXT NOT NULL DEFAULT 'mail';
ALTER TABLE outbox_deliveries ADD COLUMN payload TEXT NOT NULL DEFAULT '';
-- JSON strings; a line break is replaced by its escape.
UPDATE outbox_deliveries SET payload = '{"text":"' || REPLACE(REPLACE(REPLACE(body_text, '\', '\\'), '"', '\"'), '
', '\n') || '","html":"' || REPLACE(REPLACE(REPLACE(body_html, '\', '\\'), '"', '\"'), '
', '\n') || '"}' WHERE state <> 'sent' AND writer = '';
ALTER TABLE outbox_deliveries DROP COLUMN body_text;
ALTER TABLE outbox_deliveries DROP COLUMN body_html;
ALTER TABLE outbox_deliveries DROP COLUMN writer;
DROP INDEX outbox_mails_by_key;
DROP INDEX outbox_mails_by_due;
DROP INDEX outbox_mails_by_state;
CREATE UNIQUE INDEX outbox_deliveries_by_key ON outbox_deliveries (channel, delivery_key);
CREATE INDEX outbox_deliveries_by_due ON outbox_deliveries (channel, state, due_at);
CREATE INDEX outbox_deliveries_by_state ON outbox_deliveries (state, id);
