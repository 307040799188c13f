#include "kitchen/http/request.h"

#include <algorithm>

#include "kitchen/http/route.h"
#include "kitchen/text.h"

namespace kitchen::http {
namespace {

/// cookie-octet of RFC 6265 section 4.1.1: visible ASCII but '"', ',', ';' and '\'.
bool is_cookie_octet(char c) noexcept {
    return c > 0x20 && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
}

}  // namespace

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
            if (!std::all_of(value.begin(), value.end(), is_cookie_octet)) return std::nullopt;
            return std::string(value);
        }
    }
    return std::nullopt;
}

}  // namespace kitchen::http
