-- contract
-- Mails become deliveries of any kind. Those that are there are of the plugin order-mails, which writes what they say when they are sent.
ALTER TABLE outbox_mails RENAME TO outbox_deliveries;
ALTER TABLE outbox_deliveries RENAME COLUMN mail_key TO delivery_key;
ALTER TABLE outbox_deliveries ADD COLUMN channel TEXT NOT NULL DEFAULT 'order-mails';
ALTER TABLE outbox_deliveries ADD COLUMN payload TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox_deliveries ADD COLUMN waiting_since BIGINT NOT NULL DEFAULT 0;
-- Their keys begin with the id of the plugin whose things they tell of.
UPDATE outbox_deliveries SET waiting_since = created_at, delivery_key = REPLACE(delivery_key, 'order/', 'orders/');
ALTER TABLE outbox_deliveries DROP COLUMN body_text;
ALTER TABLE outbox_deliveries DROP COLUMN body_html;
ALTER TABLE outbox_deliveries DROP COLUMN writer;
DROP INDEX outbox_mails_by_key;
DROP INDEX outbox_mails_by_due;
DROP INDEX outbox_mails_by_state;
CREATE UNIQUE INDEX outbox_deliveries_by_key ON outbox_deliveries (channel, delivery_key);
CREATE INDEX outbox_deliveries_by_due ON outbox_deliveries (channel, state, due_at);
CREATE INDEX outbox_deliveries_by_channel ON outbox_deliveries (channel, id);
CREATE INDEX outbox_deliveries_by_state ON outbox_deliveries (state, id);
