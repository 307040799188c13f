#include "kitchen/http/response.h"

#include <algorithm>
#include <stdexcept>

#include "entity_tag.h"
#include "kitchen/text.h"

namespace kitchen::http {
namespace {

bool is_token(std::string_view text) noexcept {
    constexpr std::string_view further = "!#$%&'*+-.^_`|~";
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               further.find(c) != std::string_view::npos;
    });
}

bool is_same_name(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

/// RFC 6265 section 4.1.1: anything but controls and ';'.
bool is_attribute(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c >= 0x20 && c < 0x7f && c != ';'; });
}

/// The tags of an If-Match about versions, as clients write them: also bare ("7" without its
/// quotes, as it stands in the body), and weak, which a proxy that compresses makes of every tag.
std::string version_tags(std::string_view field) {
    std::string out;
    if (field.find('"') == std::string_view::npos && without_blanks(field) != "*") {
        while (!field.empty()) {
            const std::size_t end = std::min(field.find(','), field.size());
            const std::string_view tag = without_blanks(field.substr(0, end));
            const bool is_version = !tag.empty() && tag[0] >= '0' && tag[0] <= '9';
            out += is_version ? '"' + std::string(tag) + '"' : std::string(tag);
            out += ',';
            field.remove_prefix(std::min(end + 1, field.size()));
        }
        return out;
    }
    bool in_quotes = false;
    for (std::size_t i = 0; i < field.size(); ++i) {
        if (!in_quotes && field.substr(i).starts_with("W/\"")) i += 2;
        if (field[i] == '"') in_quotes = !in_quotes;
        out += field[i];
    }
    return out;
}

}  // namespace

Response Response::json(int status, const Json& value) {
    Response response(status);
    response.body = value.dump();
    response.headers.emplace_back("Content-Type", "application/json");
    return response;
}

Response Response::raw_json(int status, std::string text) {
#ifndef NDEBUG
    if (!parse_json(text)) throw std::logic_error("raw_json() was given what is no JSON: " + text);
#endif
    Response response(status);
    response.body = std::move(text);
    response.headers.emplace_back("Content-Type", "application/json");
    return response;
}

const std::string* Response::header(std::string_view name) const noexcept {
    for (const auto& [key, value] : headers)
        if (is_same_name(key, name)) return &value;
    return nullptr;
}

void Response::set_header(std::string name, std::string value) {
    std::erase_if(headers, [&](const auto& field) { return is_same_name(field.first, name); });
    headers.emplace_back(std::move(name), std::move(value));
}

Response&& Response::with_cookie(const Cookie& cookie) && {
    // A bug of the caller, and one that would let a value write attributes of its own.
    if (cookie.name.empty() || !is_token(cookie.name))
        throw std::invalid_argument("a cookie's name is a token");
    if (!is_token(cookie.value))
        throw std::invalid_argument("the value of cookie '" + cookie.name + "' is not a token");
    if (!is_attribute(cookie.path) || !is_attribute(cookie.same_site))
        throw std::invalid_argument("an attribute of cookie '" + cookie.name +
                                    "' holds a character that may not stand there");

    std::string text = cookie.name + '=' + cookie.value;
    if (!cookie.path.empty()) text += "; Path=" + cookie.path;
    if (cookie.max_age_seconds >= 0) text += "; Max-Age=" + std::to_string(cookie.max_age_seconds);
    if (cookie.http_only) text += "; HttpOnly";
    if (cookie.secure) text += "; Secure";
    if (!cookie.same_site.empty()) text += "; SameSite=" + cookie.same_site;
    return std::move(*this).with_header("Set-Cookie", std::move(text));
}

VersionCheck if_match(const Request& request) {
    return [&request](std::int64_t current_version) {
        return if_match(request, '"' + std::to_string(current_version) + '"');
    };
}

Status if_match(const Request& request, std::string_view current_tag) {
    bool asked = false, is_list = true;
    for (const auto& [name, value] : request.headers) {
        if (name != "if-match") continue;
        asked = true;
        const std::string tags = version_tags(value);
        if (entity_tag_listed(tags, current_tag, TagComparison::version)) return {};
        is_list = is_list && is_entity_tag_list(tags);
    }
    if (!asked) return {};
    if (!is_list)
        return Error(Errc::malformed, "bad_if_match",
                     "If-Match takes the ETag of what you read, in its quotes, such as \"3\".");
    return Error(Errc::precondition_failed, "stale_version",
                 "This has changed since you read it. Read it again, and repeat your change on "
                 "the new version.");
}

Result<std::optional<std::string>> idempotency_key(const Request& request) {
    std::optional<std::string> key;
    for (const auto& [name, value] : request.headers) {
        if (name != "idempotency-key") continue;
        const bool is_key =
            !value.empty() && value.size() <= 255 &&
            std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < '\x7f'; });
        if (key || !is_key)
            return invalid_field("Idempotency-Key", "format",
                                 "Send one Idempotency-Key of 1 to 255 visible ASCII characters.");
        key = value;
    }
    return key;
}

}  // namespace kitchen::http
