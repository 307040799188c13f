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
    SessionRoutes(PasswordGuard& guard, TokenService& tokens, PasswordResetService& resets)
        : guard_(guard), tokens_(tokens), resets_(resets) {}
    void declare(Setup& setup);

private:
    void declare_tokens(Setup& setup);
    void declare_password(Setup& setup);
    Result<http::Response> login(const http::Request& request) const;
    Result<http::Response> refresh(const http::Request& request) const;
    Result<http::Response> logout(const http::Request& request) const;
    Result<http::Response> forgot(const http::Request& request) const;
    Result<http::Response> reset(const http::Request& request) const;

    PasswordGuard& guard_;
    TokenService& tokens_;
    PasswordResetService& resets_;
};

}  // namespace kitchen::auth
