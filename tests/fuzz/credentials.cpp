// What a client says about itself in a head: Authorization with HTTP Basic, cookies, entity tags,
// phone numbers. Whatever stands in the fields, what is read keeps to its grammar; what was written
// is read as it was; and no other part of a field changes it.
//
// Input, a line each: an Authorization field, a Cookie field, a field of entity tags, the name and
// the value of a cookie to set.
#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sodium.h>

#include "sign_in/authorization.h"
#include "kitchen/http/request.h"
#include "kitchen/http/response.h"
#include "lines.h"
#include "accounts/phone_numbers.h"
#include "require.h"
#include "sdk/entity_tag.h"
#include "kitchen/utf8.h"
#include "kitchen/text.h"

namespace {

using namespace kitchen;
using namespace kitchen::http;
using kitchen::fuzz::require;

std::string base64(std::string_view text) {
    std::string out(sodium_base64_encoded_len(text.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(text.data()),
                      text.size(), sodium_base64_VARIANT_ORIGINAL);
    out.pop_back();  // the NUL
    return out;
}

void check_basic(std::string_view text) {
    if (const auto decoded = auth::decode_basic(text)) {
        require(base64(decoded->user + ':' + decoded->password) == text,
                "one spelling stands for one user and password");
        require(decoded->user.find(':') == std::string::npos, "the first colon ends the user");
        require(utf8::is_valid(decoded->user) && utf8::is_valid(decoded->password),
                "user and password are text");
        require((decoded->user + decoded->password).find('\0') == std::string::npos,
                "user and password hold no NUL");
    }
    const std::size_t colon = text.find(':');
    const bool good = colon != std::string_view::npos && utf8::is_valid(text) &&
                      text.find('\0') == std::string_view::npos;
    const auto decoded = auth::decode_basic(base64(text));
    require(decoded.has_value() == good,
            "text with a colon is user and password, and nothing else is");
    if (decoded)
        require(
            decoded->user == text.substr(0, colon) && decoded->password == text.substr(colon + 1),
            "a password arrives as it was");
}

void check_authorization(std::string_view field) {
    const auto parsed = auth::parse_authorization(field);
    require(parsed.has_value() == (field.find_first_not_of(" \t") != std::string_view::npos),
            "only an empty field has no scheme");
    if (!parsed) return;
    require(!parsed->scheme.empty() && parsed->scheme.find(' ') == std::string::npos,
            "a scheme is one word");
    require(parsed->scheme == ascii_lower(parsed->scheme), "a scheme is in lower case");
    const auto again =
        auth::parse_authorization("  " + parsed->scheme + "   " + parsed->credentials + '\t');
    require(again && again->scheme == parsed->scheme && again->credentials == parsed->credentials,
            "spaces around change nothing");
    check_basic(parsed->credentials);
}

Request request_with(std::string_view name, std::initializer_list<std::string> values) {
    Request request;
    for (const std::string& value : values) request.headers.emplace_back(name, value);
    return request;
}

void check_cookies(const std::string& field) {
    for (const char* name : {"signup_session_id", "a", ""}) {
        const auto value = request_with("cookie", {field}).cookie(name);
        if (value)
            require(std::all_of(value->begin(), value->end(),
                                [](char c) {
                                    return c > 0x20 && c < 0x7f &&
                                           std::string_view("\",;\\").find(c) ==
                                               std::string_view::npos;
                                }),
                    "a cookie holds what a cookie may hold");
        require(request_with("cookie", {"other=1", field + "; further=2"}).cookie(name) == value,
                "other cookies change nothing");
        require(
            request_with("cookie", {"other=1; nothing ;; " + field, std::string(name) + "=late"})
                        .cookie(name) == value ||
                !value,
            "the first of a name counts");
        for (std::size_t at = field.find(';'); at != std::string::npos;
             at = field.find(';', at + 1)) {
            require(
                request_with("cookie", {field.substr(0, at), field.substr(at + 1)}).cookie(name) ==
                    value,
                "two fields are one list");
            if (at > 256) break;
        }
    }
}

void check_set_cookie(const std::string& name, const std::string& value,
                      const std::string& others) {
    Response response;
    try {
        response = Response().with_cookie(
            {.name = name, .value = value, .path = "/", .max_age_seconds = 60});
    } catch (const std::invalid_argument&) {
        return;
    }
    const std::string& set = response.headers.at(0).second;
    require(std::count(set.begin(), set.end(), ';') == 5, "a cookie's value writes no attribute");
    require(std::all_of(set.begin(), set.end(), [](char c) { return c >= 0x20 && c < 0x7f; }),
            "a cookie is one line");
    const std::string pair = set.substr(0, set.find(';'));
    require(request_with("cookie", {pair + "; " + others}).cookie(name) == value,
            "a cookie comes back as it was set");
}

void check_entity_tags(const std::string& field) {
    constexpr std::array current = {"\"7\"", "W/\"7\"", "\"\""};
    for (const std::string tag : current) {
        const bool weak = entity_tag_listed(field, tag, TagComparison::weak);
        const bool version = entity_tag_listed(field, tag, TagComparison::version);
        const std::size_t first = field.find_first_not_of(" \t");
        const bool star = first != std::string::npos && field[first] == '*';
        require(!weak || star || field.find(tag.substr(tag.find('"'))) != std::string::npos,
                "only a tag that stands there matches");
        require(!version || star || !tag.starts_with('W'), "a weak tag never matches a version");
        require(!version || star || field.find(tag.substr(0, tag.size() - 1)) != std::string::npos,
                "only a tag that begins with the version matches");
        if (star) continue;
        for (const TagComparison how : {TagComparison::weak, TagComparison::version}) {
            const bool listed = entity_tag_listed(field, tag, how);
            require(entity_tag_listed("\"other\" ,, W/\"x,y\"\t, " + field, tag, how) == listed,
                    "tags in front change nothing");
            require(!listed || entity_tag_listed(field + ", \"other\"", tag, how),
                    "tags behind change nothing");
        }
        require(entity_tag_listed("\"7\", " + field, "\"7\"", TagComparison::version),
                "a listed tag is found");
    }
    const bool met = if_match(request_with("if-match", {field}))(7).has_value();
    require(met || !entity_tag_listed(field, "\"7\"", TagComparison::version),
            "If-Match finds a version that is listed");
    require(if_match(request_with("if-match", {field, "\"7\""}))(7).has_value(),
            "two fields are one list");
}

void check_texts(std::string_view text) {
    const auto number = parse_number(text);
    if (number) require(parse_number(std::to_string(*number)) == number, "a number is read whole");
    static const auth::PhoneNumbers phones;
    const auto phone = phones.normalise(text);
    if (!phone) return;
    require(phone->size() >= 8 && phone->size() <= 16 && phone->front() == '+' &&
                phone->find_first_not_of("0123456789", 1) == std::string::npos,
            "a phone number is E.164");
    const auto again = phones.normalise(*phone);
    require(again && *again == *phone, "a normalised number is its own normal form");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = kitchen::fuzz::text_of(data, size);
    const std::string_view authorization = kitchen::fuzz::take_line(rest);
    check_authorization(authorization);
    check_basic(authorization);
    check_texts(authorization);
    const std::string cookies(kitchen::fuzz::take_line(rest));
    check_cookies(cookies);
    check_entity_tags(std::string(kitchen::fuzz::take_line(rest)));
    const std::string name(kitchen::fuzz::take_line(rest));
    check_set_cookie(name, std::string(kitchen::fuzz::take_line(rest)), cookies);
    return 0;
}
