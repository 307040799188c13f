-- expand
-- For what a person is shown, and for forgetting them.
CREATE INDEX oauth_sessions_by_user ON oauth_sessions (user_id);
CREATE INDEX oauth_codes_by_user ON oauth_codes (user_id);
