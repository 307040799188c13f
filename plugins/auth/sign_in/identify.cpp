#include "sign_in/identify.h"

#include <algorithm>

#include "accounts/user_repository.h"
#include "kitchen/http/route.h"
#include "sign_in/authorization.h"

namespace kitchen::auth {
namespace {

/// A browser opens its password dialog for Basic. On a route where no client signs in, as where a
/// mailed code was wrong, it must not, unless the client brought credentials itself.
bool offers_basic(const http::Request& request) {
    return request.route->access != http::Access::anyone || request.header("authorization");
}

}  // namespace

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

Result<http::Response> challenge(http::Request& request, const http::Next& next) {
    auto result = next();
    const bool is_refused =
        result ? result->status == 401 : result.error().kind == Errc::unauthenticated;
    if (!is_refused) return result;
    if (offers_basic(request))
        request.response_fields.emplace_back("WWW-Authenticate",
                                             "Basic realm=\"Chuks Kitchen\", charset=\"UTF-8\"");
    request.response_fields.emplace_back("WWW-Authenticate", "Bearer realm=\"Chuks Kitchen\"");
    return result;
}

}  // namespace kitchen::auth
