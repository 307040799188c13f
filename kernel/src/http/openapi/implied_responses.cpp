#include "implied_responses.h"

#include <algorithm>

namespace kitchen::http {
namespace {

const ImpliedResponse all[] = {
    {400, "BadRequest", "The request could not be read."},
    {401, "Unauthorized", "Who is asking is not known.", {}, {"WWW-Authenticate"}},
    {403, "Forbidden",
     "Known, but not allowed; or sent by the page of another site, where a cookie counts."},
    {404, "NotFound", "No such thing, or not yours."},
    {413,
     "ContentTooLarge",
     "The body is larger than is allowed here.",
     {"body_too_large", "form_text_too_large"}},
    {415,
     "UnsupportedMediaType",
     "The body is not of a type that is taken here.",
     {"unsupported_media_type", "unsupported_content_encoding"}},
    {422, "UnprocessableContent", "A parameter or the body is not valid; see errors."},
    {429,
     "TooManyRequests",
     "Too many requests; see Retry-After and RateLimit.",
     {},
     {"Retry-After"}},
    {500, "InternalServerError", "A fault on the side of the server.", {"internal"}},
    {503,
     "ServiceUnavailable",
     "Too busy, or a part that is needed is away; see Retry-After.",
     {},
     {"Retry-After"}},
    {507, "InsufficientStorage", "There is no room for the files that were sent."},
};

}  // namespace

bool ImpliedResponse::applies_to(const Route& route, bool has_path_parameters) const {
    switch (status) {
        case 401: return route.access != Access::anyone;
        case 403:  // the role; the scope; or a page of another site, where a cookie counts
            return route.access != Access::anyone ||
                   (!route.cookies.empty() && route.method != "GET");
        case 404: return has_path_parameters;
        case 413:
        case 415: return route.body_schema || route.upload;
        case 429:
        case 503: return !route.is_inline;
        case 507: return route.upload.has_value();
        default: return true;
    }
}

std::span<const ImpliedResponse> implied_responses() { return all; }

const ImpliedResponse* find_implied(int status) {
    const auto found =
        std::find_if(std::begin(all), std::end(all),
                     [&](const ImpliedResponse& implied) { return implied.status == status; });
    return found == std::end(all) ? nullptr : &*found;
}

}  // namespace kitchen::http
