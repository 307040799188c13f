-- expand
-- For the job that purges deleted foods.
CREATE INDEX foods_deleted ON foods (deleted_at, id) WHERE deleted_at IS NOT NULL;
