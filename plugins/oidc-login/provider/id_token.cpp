#include "provider/id_token.h"

#include <algorithm>

#include "json_web_key.h"

namespace kitchen::oidc_login {
namespace {

constexpr std::chrono::seconds leeway(60);  // between the provider's clock and ours

bool is_text(const Json& value, const std::string& text) {
    return value.is_string() && value.as_string() == text;
}

/// Seconds since 1970 (NumericDate), or nothing.
std::optional<double> seconds_of(const Json& claim) {
    if (!claim.is_number()) return std::nullopt;
    return claim.as_number();
}

/// Its audiences include us, and when there are others it was made for us.
Status check_audience(const Json& claims, const std::string& client_id) {
    const Json& audience = claims["aud"];
    const bool is_list = audience.is_array();
    if (is_list) {
        const Json::Array& all = audience.as_array();
        if (std::none_of(all.begin(), all.end(),
                         [&](const Json& one) { return is_text(one, client_id); }))
            return untrusted("wrong_audience");
    } else if (!is_text(audience, client_id)) {
        return untrusted("wrong_audience");
    }
    const bool has_others = is_list && audience.size() > 1;
    if ((claims.has("azp") || has_others) && !is_text(claims["azp"], client_id))
        return untrusted("wrong_party");
    return {};
}

Status check_times(const Json& claims, Timestamp now) {
    const double seconds = static_cast<double>(to_millis(now)) / 1000,
                 slack = static_cast<double>(leeway.count());
    const auto expires = seconds_of(claims["exp"]), issued = seconds_of(claims["iat"]),
               begins = seconds_of(claims["nbf"]);
    if (!expires || *expires + slack <= seconds) return untrusted("expired");
    if (!issued || *issued - slack > seconds) return untrusted("wrong_time");
    if (claims.has("nbf") && (!begins || *begins - slack > seconds)) return untrusted("wrong_time");
    return {};
}

}  // namespace

Error untrusted(std::string_view code) {
    return Error(Errc::forbidden, "oidc_" + std::string(code),
                 "What the provider has sent cannot be trusted, so you were not signed in. Try "
                 "again, and tell us when it happens again.");
}

std::string subject_of(const Json& claims) {
    const Json& subject = claims["sub"];
    return subject.is_string() && subject.as_string().size() <= 255 ? subject.as_string()
                                                                    : std::string();
}

Status check_id_token(const Json& claims, const ExpectedToken& expected) {
    if (!is_text(claims["iss"], expected.issuer)) return untrusted("wrong_issuer");
    if (Status good = check_audience(claims, expected.client_id); !good) return good;
    if (Status good = check_times(claims, expected.now); !good) return good;
    if (!is_text(claims["nonce"], expected.nonce)) return untrusted("wrong_nonce");
    // The left half of SHA-256: both algorithms that are allowed have it.
    if (claims.has("at_hash") &&
        !is_text(claims["at_hash"], sha256_base64url(expected.access_token, 16)))
        return untrusted("wrong_hash");
    if (subject_of(claims).empty()) return untrusted("no_subject");
    return {};
}

}  // namespace kitchen::oidc_login
