#include "http/shield/cors.h"

#include <algorithm>

#include "http/framing/authority.h"
#include "http/framing/character_classes.h"
#include "kitchen/text.h"

namespace kitchen::http {
namespace {

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
}

bool has(const Fields& fields, std::string_view name) noexcept {
    return std::any_of(fields.begin(), fields.end(),
                       [&](const auto& field) { return field.first == name; });
}

/// RFC 3986 section 3.1.
bool is_scheme(std::string_view text) noexcept {
    return !text.empty() && is_ascii_alphanumeric(text[0]) && (text[0] < '0' || text[0] > '9') &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return is_ascii_alphanumeric(c) || c == '+' || c == '-' || c == '.';
           });
}

}  // namespace

std::optional<std::string> parse_origin(std::string_view text) {
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) return std::nullopt;
    const std::string scheme = ascii_lower(text.substr(0, colon));
    std::string_view authority = text.substr(colon + 3);
    if (!is_authority(authority)) return std::nullopt;
    if (authority.ends_with(':'))
        authority.remove_suffix(1);  // the grammar of an authority takes an empty port
    // Of schemes that it does not know, a browser leaves the host as it is.
    if (scheme != "http" && scheme != "https") return scheme + "://" + std::string(authority);
    std::string out = scheme + "://" + ascii_lower(authority);
    const std::string_view port = scheme == "http" ? ":80" : ":443";
    if (out.ends_with(port)) out.resize(out.size() - port.size());
    return out;
}

const std::string* sent_origin(const Fields& request) noexcept {
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
      exposed_(joined(options.exposed)),
      max_age_(std::to_string(options.max_age.count())),
      credentials_(options.credentials) {}

std::string_view Cors::listed(std::string_view origin) const noexcept {
    const auto found = std::find(origins_.begin(), origins_.end(), origin);
    return found == origins_.end() ? std::string_view() : *found;
}

std::string_view Cors::origin_of(const Fields& request) const noexcept {
    if (origins_.empty()) return {};
    const std::string* sent = sent_origin(request);
    return sent ? listed(*sent) : std::string_view();
}

void Cors::add_fields(const Request& request, std::string_view origin, Response& response) const {
    if (origins_.empty()) return;
    Fields& fields = response.headers;
    // On every response: a cache must not give one origin what another was told.
    fields.emplace_back("Vary", "Origin");
    if (origin.empty()) return;
    fields.emplace_back("Access-Control-Allow-Origin", origin);
    if (credentials_) fields.emplace_back("Access-Control-Allow-Credentials", "true");
    if (request.method != "OPTIONS" || !has(request.headers, "access-control-request-method")) {
        if (!exposed_.empty()) fields.emplace_back("Access-Control-Expose-Headers", exposed_);
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
