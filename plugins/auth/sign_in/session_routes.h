// POST /login/, /token/refresh/, /logout/, /password/forgot/, /password/reset/: signing in and out
// over HTTP.
//
// Thread-safety: declare() before all use; then handlers on any thread.
#pragma once

#include "passwords/password_guard.h"
#include "kitchen/plugin.h"
#include "sign_in/password_reset_service.h"
#include "sign_in/token_service.h"

namespace kitchen::auth {

class SessionRoutes {
public:
    /// All must outlive every request.
    /// `has_sms`: phone numbers may stand in the place of email addresses.
    SessionRoutes(PasswordGuard& guard, TokenService& tokens, PasswordResetService& resets,
                  const PhoneNumbers& phones, bool has_sms)
        : guard_(guard), tokens_(tokens), resets_(resets), phones_(phones), has_sms_(has_sms) {}
    void declare(Setup& setup);

private:
    void declare_tokens(Setup& setup);
    void declare_password(Setup& setup);
    Status check_login(const Json& body) const;
    /// Exactly one, with a number that is one.
    Status check_contact(const Json& body) const;
    Result<http::Response> login(const http::Request& request) const;
    Result<http::Response> refresh(const http::Request& request) const;
    Result<http::Response> logout(const http::Request& request) const;
    Result<http::Response> forgot(const http::Request& request) const;
    Result<http::Response> reset(const http::Request& request) const;

    PasswordGuard& guard_;
    TokenService& tokens_;
    PasswordResetService& resets_;
    const PhoneNumbers& phones_;
    const bool has_sms_;
};

}  // namespace kitchen::auth
