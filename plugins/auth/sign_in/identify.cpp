#include "sign_in/identify.h"

#include <algorithm>

#include "accounts/user.h"
#include "sign_in/authorization.h"

namespace kitchen::auth {

Result<http::Response> Identify::operator()(http::Request& request, const http::Next& next) const {
    if (request.principal) return next();
    const std::string* header = request.header("authorization");
    if (header == nullptr) return next();
    // Two of them: a proxy may have looked at the other one.
    const auto fields =
        std::count_if(request.headers.begin(), request.headers.end(),
                      [](const auto& field) { return field.first == "authorization"; });
    if (fields > 1) return invalid_credentials();

    const auto authorization = parse_authorization(*header);
    if (!authorization) return next();
    if (authorization->scheme != "basic" && authorization->scheme != "bearer") return next();
    auto principal = authorization->scheme == "bearer"
                         ? tokens_.authenticate(authorization->credentials)
                         : basic(request, authorization->credentials);
    if (!principal) return std::move(principal).error();
    request.principal = *std::move(principal);
    request.principal->is_operator = request.principal->role == role_admin;
    return next();
}

Result<Principal> Identify::basic(const http::Request& request,
                                  std::string_view credentials) const {
    const auto decoded = decode_basic(credentials);
    if (!decoded) return guard_.refuse_unreadable(request.client_address);
    auto user = guard_.verify(decoded->user, decoded->password, request.client_address);
    if (!user) return std::move(user).error();
    return Principal{user->id, std::move(user->role), ""};
}

}  // namespace kitchen::auth
