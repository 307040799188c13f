-- expand
-- What went to a person.
CREATE INDEX outbox_deliveries_by_recipient ON outbox_deliveries (recipient);
