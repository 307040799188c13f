// The character classes of RFC 9110 section 5.6 and RFC 3986, as one table.
//
// Thread-safety: constants only.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "kitchen/text.h"

namespace kitchen::http::characters {

enum Class : std::uint8_t {
    token = 1,       ///< tchar: methods and field names
    field_text = 2,  ///< HTAB, SP, VCHAR, obs-text: inside a field value
    target = 4,      ///< visible ASCII but '#': inside a request target
    host = 8,        ///< unreserved: inside a registered name or IPv4 address
    hex_digit = 16,
    digit = 32,
};

constexpr std::array<std::uint8_t, 256> make_table() {
    std::array<std::uint8_t, 256> table{};
    for (int c = 0; c < 256; ++c) {
        const bool is_digit = c >= '0' && c <= '9';
        const bool is_alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        std::uint8_t bits = 0;
        if (is_digit || is_alpha ||
            std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) !=
                std::string_view::npos)
            bits |= token;
        if (c == '\t' || (c >= 0x20 && c != 0x7f)) bits |= field_text;
        if (c > 0x20 && c < 0x7f && c != '#') bits |= target;
        if (is_digit || is_alpha || c == '-' || c == '.' || c == '_' || c == '~') bits |= host;
        if (is_digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) bits |= hex_digit;
        if (is_digit) bits |= digit;
        table[static_cast<std::size_t>(c)] = bits;
    }
    return table;
}

inline constexpr auto table = make_table();

constexpr bool is(char c, Class wanted) noexcept {
    return (table[static_cast<unsigned char>(c)] & wanted) != 0;
}

/// True for a non-empty text made of that class alone.
constexpr bool all(std::string_view text, Class wanted) noexcept {
    for (const char c : text)
        if (!is(c, wanted)) return false;
    return !text.empty();
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view lower_case_b) noexcept {
    if (a.size() != lower_case_b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (ascii_lower(a[i]) != lower_case_b[i]) return false;
    return true;
}

}  // namespace kitchen::http::characters
