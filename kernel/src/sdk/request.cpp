#include "kitchen/http/request.h"

#include <algorithm>
#include <stdexcept>

#include "kitchen/http/route.h"
#include "kitchen/text.h"

namespace kitchen::http {
namespace {

/// A byte that may stand in a cookie (RFC 6265 section 4.1.1): visible ASCII but '"', ',', ';' and
/// '\'.
bool is_cookie_byte(char c) noexcept {
    return c > 0x20 && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
}

}  // namespace

const std::string* Request::header(std::string_view name) const noexcept {
    const auto is_named = [name](const std::string& lower_case_key) {
        return std::equal(name.begin(), name.end(), lower_case_key.begin(), lower_case_key.end(),
                          [](char asked, char given) { return ascii_lower(asked) == given; });
    };
    for (const auto& [key, value] : headers)
        if (is_named(key)) return &value;
    return nullptr;
}

const Principal& Request::who() const {
    if (principal && (!route || route->needs_principal())) return *principal;
    throw std::logic_error(
        "who() was called on " +
        (route ? route->method + ' ' + route->pattern : std::string("a request without a route")) +
        ", which clients may call without signing in: declare the route signed_in(), or look at "
        "Request::principal, which may be absent");
}

std::optional<std::string> Request::cookie(std::string_view name) const {
    if (route &&
        std::find(route->cookies.begin(), route->cookies.end(), name) == route->cookies.end())
        return std::nullopt;
    for (const auto& [field, list] : headers) {
        if (field != "cookie") continue;
        std::string_view rest = list;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find(';'), rest.size());
            const std::string_view pair = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));

            const std::size_t equals = pair.find('=');
            if (equals == std::string_view::npos || without_blanks(pair.substr(0, equals)) != name)
                continue;
            std::string_view value = without_blanks(pair.substr(equals + 1));
            if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
                value = value.substr(1, value.size() - 2);
            if (!std::all_of(value.begin(), value.end(), is_cookie_byte)) return std::nullopt;
            return std::string(value);
        }
    }
    return std::nullopt;
}

}  // namespace kitchen::http
