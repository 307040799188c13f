#include "http/shield/cors.h"

#include <algorithm>

namespace kitchen::http {
namespace {

/// Beyond those that every script may read, what a client of this API needs to see.
constexpr std::string_view exposed =
    "Allow, ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, "
    "WWW-Authenticate, X-Request-Id";

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
}

bool has(const Fields& fields, std::string_view name) noexcept {
    return std::any_of(fields.begin(), fields.end(),
                       [&](const auto& field) { return field.first == name; });
}

}  // namespace

const std::string* origin_of(const Fields& request) noexcept {
    const std::string* found = nullptr;
    for (const auto& [name, value] : request) {
        if (name != "origin") continue;
        if (found) return nullptr;
        found = &value;
    }
    return found;
}

Cors::Cors(const CorsOptions& options)
    : origins_(options.origins),
      headers_(joined(options.headers)),
      max_age_(std::to_string(options.max_age.count())),
      credentials_(options.credentials) {}

bool Cors::allows(std::string_view origin) const noexcept {
    return std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

void Cors::add_fields(std::string_view method, const Fields& request, Response& response) const {
    if (origins_.empty()) return;
    Fields& fields = response.headers;
    fields.emplace_back(
        "Vary",
        "Origin");  // on every answer: a cache must not give one origin what another was told
    const std::string* origin = origin_of(request);
    if (!origin || !allows(*origin)) return;
    fields.emplace_back("Access-Control-Allow-Origin", *origin);
    if (credentials_) fields.emplace_back("Access-Control-Allow-Credentials", "true");
    if (method != "OPTIONS" || !has(request, "access-control-request-method")) {
        fields.emplace_back("Access-Control-Expose-Headers", exposed);
        return;
    }
    if (response.status != 204) return;
    const auto allow = std::find_if(fields.begin(), fields.end(),
                                    [](const auto& field) { return field.first == "Allow"; });
    if (allow != fields.end())
        fields.emplace_back("Access-Control-Allow-Methods", std::string(allow->second));
    if (!headers_.empty()) fields.emplace_back("Access-Control-Allow-Headers", headers_);
    fields.emplace_back("Access-Control-Max-Age", max_age_);
}

}  // namespace kitchen::http
