-- expand
-- Who an outside provider says a person is (issuer and subject, which never change), and whose account that opens.
-- user_id belongs to the plugin of accounts, which may be another one on other tables: no foreign key.
CREATE TABLE sign_ins (
    id {{identity}},
    user_id BIGINT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    email TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX sign_ins_subject ON sign_ins (issuer, subject);
CREATE INDEX sign_ins_by_user ON sign_ins (user_id, id);
