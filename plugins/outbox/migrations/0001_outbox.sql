-- expand
-- Mails on their way out. `due_at` of a waiting mail is when it may be claimed: a claim moves it to the end of its lease, so that a mail
-- whose worker has died becomes due again by itself.
CREATE TABLE outbox_mails (
    id {{identity}},
    mail_key TEXT NOT NULL,
    send_key TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body_text TEXT NOT NULL,
    body_html TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
    attempts BIGINT NOT NULL CHECK (attempts >= 0),
    due_at BIGINT NOT NULL,
    lease_token TEXT,
    last_error TEXT,
    sent_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX outbox_mails_by_key ON outbox_mails (mail_key);
CREATE INDEX outbox_mails_by_due ON outbox_mails (state, due_at);
CREATE INDEX outbox_mails_by_state ON outbox_mails (state, id);
