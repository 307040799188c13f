-- expand
-- The trace that a mail belongs to (W3C Trace Context), so that sending it is part of the trace of its cause. Empty: none.
ALTER TABLE outbox_mails ADD COLUMN traceparent TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox_mails ADD COLUMN tracestate TEXT NOT NULL DEFAULT '';
