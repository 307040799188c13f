#include "oauth_messages.h"

#include <algorithm>

#include "base64url.h"
#include "kitchen/bytes.h"
#include "kitchen/text.h"
#include "kitchen/utf8.h"

namespace kitchen::oidc_provider {
namespace {

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (is_ascii_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
        } else {
            out += '%';
            append_hex(out, static_cast<unsigned char>(c));
        }
    }
    return out;
}

std::optional<std::string> form_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        const auto byte = parse_number<unsigned>(text.substr(i + 1, 2), 16);
        if (!byte || i + 2 >= text.size()) return std::nullopt;
        out += static_cast<char>(*byte);
        i += 2;
    }
    return out;
}

}  // namespace

std::string with_parameters(std::string uri, const Parameters& parameters) {
    char separator = uri.find('?') == std::string::npos ? '?' : '&';
    for (const auto& [name, value] : parameters) {
        if (value.empty()) continue;
        uri += separator + name + '=' + percent_encoded(value);
        separator = '&';
    }
    return uri;
}

http::Response redirect_to(const std::string& uri, const Parameters& parameters) {
    return http::Response(303)
        .with_header("Location", with_parameters(uri, parameters))
        .with_header("Cache-Control", "no-store");
}

http::Response error_response(int status, const OAuthError& error) {
    http::Response response = private_json(
        Json::object({{"error", error.code}, {"error_description", error.description}}));
    response.status = status;
    return response;
}

http::Response private_json(const Json& value) {
    return http::Response::json(200, value).with_header("Cache-Control", "no-store");
}

std::optional<ClientCredentials> basic_credentials(std::string_view authorization) {
    constexpr std::string_view scheme = "basic ";
    if (ascii_lower(authorization.substr(0, scheme.size())) != scheme) return std::nullopt;
    std::string base64(without_blanks(authorization.substr(scheme.size())));
    while (base64.ends_with('=')) base64.pop_back();
    std::replace(base64.begin(), base64.end(), '+', '-');
    std::replace(base64.begin(), base64.end(), '/', '_');
    const auto text = from_base64url(base64);
    const std::size_t colon = text ? text->find(':') : std::string::npos;
    if (colon == std::string::npos) return std::nullopt;
    auto id = form_decoded(std::string_view(*text).substr(0, colon));
    auto secret = form_decoded(std::string_view(*text).substr(colon + 1));
    if (!id || !secret || !utf8::is_valid(*id) || has_control_characters(*id)) return std::nullopt;
    return ClientCredentials{*std::move(id), *std::move(secret)};
}

}  // namespace kitchen::oidc_provider
