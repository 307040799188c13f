#include "http/shield/request_shield.h"

#include <algorithm>

#include "http/framing/character_classes.h"
#include "http/routing/request_path.h"

namespace kitchen::http {

RequestShield::RequestShield(std::vector<IpNetwork> trusted_proxies, const CorsOptions& cors,
                             const std::string& public_url)
    : proxies_(std::move(trusted_proxies)),
      cors_(cors),
      own_origin_(
          parse_origin(public_url.substr(0, public_url.size() - path_of_url(public_url).size()))
              .value_or("")) {}

namespace {

/// What a browser adds by itself, whichever site's page made it send the request: a cookie, or a
/// name and password that its user once typed.
bool may_be_ambient(const Request& request, const Route& route) {
    constexpr std::string_view basic = "basic";
    const auto is_basic = [&](const auto& field) {
        return field.first == "authorization" &&
               characters::equal_ignoring_case(
                   std::string_view(field.second).substr(0, basic.size()), basic);
    };
    return !route.cookies.empty() ||
           std::any_of(request.headers.begin(), request.headers.end(), is_basic);
}

}  // namespace

bool RequestShield::admits(const Request& request, const Sender& sender, const Route& route) const {
    if (!may_be_ambient(request, route) || request.method == "GET" || request.method == "HEAD" ||
        request.method == "OPTIONS")
        return true;
    if (!request.header("origin")) {
        const std::string* site = request.header("sec-fetch-site");
        return !site || !characters::equal_ignoring_case(*site, "cross-site");
    }
    const std::string* sent = sent_origin(request.headers);
    const auto origin = sent ? parse_origin(*sent) : std::nullopt;
    return origin && (cors_.allows(*origin) || is_own(*origin, sender));
}

bool RequestShield::is_own(std::string_view origin, const Sender& sender) const {
    if (!own_origin_.empty()) return origin == own_origin_;
    // A proxy that is not configured may have ended TLS: then the scheme is not known, and either
    // will do.
    for (const std::string_view scheme : {"http", "https"})
        if (sender.scheme.empty() || sender.scheme == scheme)
            if (parse_origin(std::string(scheme) + "://" + sender.authority) == origin) return true;
    return false;
}

Fields security_fields(std::string_view public_url) {
    Fields fields = {
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Content-Security-Policy",
         "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    };
    constexpr const char* one_year = "max-age=31536000";
    if (public_url.starts_with("https://"))
        fields.emplace_back("Strict-Transport-Security", one_year);
    return fields;
}

}  // namespace kitchen::http
