#include "sign_in/challenge.h"

#include "kitchen/http/route.h"

namespace kitchen::auth {
namespace {

/// A browser opens its password dialog for Basic. On a route where no client signs in, as where a
/// mailed code was wrong, it must not, unless the client brought credentials itself.
bool offers_basic(const http::Request& request) {
    return request.route->access != http::Access::anyone || request.header("authorization");
}

}  // namespace

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
