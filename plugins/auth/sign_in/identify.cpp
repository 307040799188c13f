#include "sign_in/identify.h"

#include <algorithm>

#include "accounts/user_repository.h"
#include "kitchen/http/route.h"
#include "sign_in/authorization.h"

namespace kitchen::auth {
namespace {

bool brings_token(const http::Request& request) {
    const std::string* header = request.header("authorization");
    const auto authorization = header ? parse_authorization(*header) : std::nullopt;
    return authorization && authorization->scheme == "bearer";
}

/// A client that has lost the response repeats it, by then with the token of an ended sign-in.
bool signs_out(const http::Request& request) {
    return request.method == "POST" && request.route->pattern == "/logout/";
}

/// A browser opens its password dialog for Basic. Before a client with a token it must not, nor on
/// a route where no client signs in, as where a mailed code was wrong, unless the client brought
/// credentials itself.
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
                         ? tokens_.authenticate(authorization->credentials, signs_out(request))
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
    return Principal{user->id, user->role, basic_token_id(*user)};
}

Result<http::Response> challenge(http::Request& request, const http::Next& next) {
    auto result = next();
    if (!result && result.error().code == "insufficient_scope") {  // RFC 6750, section 3.1
        std::string scope;
        for (const auto& [name, value] : result.error().members)
            if (name == "scope") scope = value.as_string();
        request.response_fields.emplace_back(
            "WWW-Authenticate",
            "Bearer realm=\"Chuks Kitchen\", error=\"insufficient_scope\", scope=\"" + scope + '"');
        return result;
    }
    const bool is_refused =
        result ? result->status == 401 : result.error().kind == Errc::unauthenticated;
    const bool is_said =
        std::any_of(request.response_fields.begin(), request.response_fields.end(),
                    [](const auto& field) { return field.first == "WWW-Authenticate"; });
    if (!is_refused || is_said) return result;
    const auto offer = [&](std::string challenge) {
        request.response_fields.emplace_back("WWW-Authenticate", std::move(challenge));
    };
    std::string bearer = "Bearer realm=\"Chuks Kitchen\"";
    if (brings_token(request)) {
        // Where tokens are looked at (RFC 6750, section 3.1).
        if (!request.principal && request.route->access != http::Access::anyone)
            bearer += ", error=\"invalid_token\"";
    } else if (offers_basic(request)) {
        offer("Basic realm=\"Chuks Kitchen\", charset=\"UTF-8\"");
    }
    offer(std::move(bearer));
    return result;
}

}  // namespace kitchen::auth
