// POST /login/, /token/refresh/, /logout/, /password/forgot/, /password/reset/: signing in and out
// over HTTP.
//
// Thread-safety: declare() and bind() before all use; then handlers on any thread.
#pragma once

#include "passwords/password_guard.h"
#include "kitchen/plugin.h"
#include "sign_in/password_reset_service.h"
#include "sign_in/token_service.h"

namespace kitchen::auth {

class SessionRoutes {
public:
    void declare(Setup& setup);
    /// All must outlive every request.
    void bind(PasswordGuard& guard, TokenService& tokens, PasswordResetService& resets) noexcept {
        guard_ = &guard;
        tokens_ = &tokens;
        resets_ = &resets;
    }

private:
    void declare_tokens(Setup& setup);
    void declare_password(Setup& setup);
    Result<http::Response> login(const http::Request& request) const;
    Result<http::Response> refresh(const http::Request& request) const;
    Result<http::Response> logout(const http::Request& request) const;
    Result<http::Response> forgot(const http::Request& request) const;
    Result<http::Response> reset(const http::Request& request) const;

    PasswordGuard* guard_ = nullptr;
    TokenService* tokens_ = nullptr;
    PasswordResetService* resets_ = nullptr;
};

}  // namespace kitchen::auth
