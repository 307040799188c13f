-- expand
-- For the sweep.
CREATE INDEX outbox_deliveries_over ON outbox_deliveries (updated_at) WHERE state <> 'waiting';
