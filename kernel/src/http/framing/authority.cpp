#include "authority.h"

#include "character_classes.h"

namespace kitchen::http {
namespace {

bool is_port(std::string_view text) noexcept {
    if (text.size() > 5) return false;
    unsigned value = 0;
    for (const char c : text) {
        if (!characters::is(c, characters::digit)) return false;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value <= 65535;  // "host:" with an empty port is in the grammar
}

bool is_registered_name(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (characters::is(text[i], characters::host)) continue;
        if (text[i] != '%' || text.size() - i < 3) return false;
        if (!characters::is(text[i + 1], characters::hex_digit) ||
            !characters::is(text[i + 2], characters::hex_digit))
            return false;
        i += 2;
    }
    return !text.empty();
}

// The shape only; whether the address means anything is for the one that connects to it.
bool is_ip_literal(std::string_view text) noexcept {
    for (const char c : text)
        if (!characters::is(c, characters::hex_digit) && c != ':' && c != '.') return false;
    return text.find(':') != std::string_view::npos;
}

}  // namespace

bool is_authority(std::string_view text) noexcept {
    if (text.empty()) return false;
    if (text.front() == '[') {
        const auto end = text.find(']');
        if (end == std::string_view::npos || !is_ip_literal(text.substr(1, end - 1))) return false;
        const auto rest = text.substr(end + 1);
        return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return is_registered_name(text);
    return is_registered_name(text.substr(0, colon)) && is_port(text.substr(colon + 1));
}

}  // namespace kitchen::http
