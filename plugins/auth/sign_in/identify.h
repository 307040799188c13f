// The middleware of sign-in. In the identify phase it turns an Authorization header into
// Request::principal.
//
// No header, or a scheme that is neither Basic nor Bearer, leaves the request anonymous: another
// plugin may know the scheme, and the kernel refuses it (401) where a route needs a principal. A
// malformed or wrong credential of ours is refused here, and all of them the same. Administrators
// are the operators of the kernel's own routes.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include "kitchen/http/middleware.h"
#include "passwords/password_guard.h"
#include "sign_in/token_service.h"

namespace kitchen::auth {

class Identify {
public:
    /// Both must outlive every further call.
    Identify(PasswordGuard& guard, TokenService& tokens) : guard_(guard), tokens_(tokens) {}
    Result<http::Response> operator()(http::Request& request, const http::Next& next) const;

private:
    Result<Principal> basic(const http::Request& request, std::string_view credentials) const;

    PasswordGuard& guard_;
    TokenService& tokens_;
};

/// The observe-phase middleware that tells the client of a 401 how to sign in: WWW-Authenticate
/// (RFC 9110, section 11.6.1). A plugin that knows another way, and has said so in
/// Request::response_fields, is left alone.
Result<http::Response> challenge(http::Request& request, const http::Next& next);

}  // namespace kitchen::auth
