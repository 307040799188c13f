// UTF-8 (RFC 3629), one sequence at a time: no overlong form, no surrogate, nothing past U+10FFFF.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace kitchen::utf8 {

/// Octets of the valid sequence that starts at `at`, 1 to 4; 0 when there is none. `at` <
/// text.size().
inline std::size_t sequence_length(std::string_view text, std::size_t at) noexcept {
    const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
        return at + i < text.size() && octet(i) >= low && octet(i) <= high;
    };
    const unsigned lead = octet(0);
    if (lead < 0x80) return 1;
    if (lead < 0xc2) return 0;
    if (lead < 0xe0) return follows(1) ? 2 : 0;
    if (lead < 0xf0) {
        const unsigned low = lead == 0xe0 ? 0xa0 : 0x80;
        const unsigned high = lead == 0xed ? 0x9f : 0xbf;
        return follows(1, low, high) && follows(2) ? 3 : 0;
    }
    if (lead < 0xf5) {
        const unsigned low = lead == 0xf0 ? 0x90 : 0x80;
        const unsigned high = lead == 0xf4 ? 0x8f : 0xbf;
        return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

/// The offset of the first octet that begins no valid sequence; npos when the whole text is valid.
inline std::size_t find_invalid(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = sequence_length(text, i);
        if (length == 0) return i;
        i += length;
    }
    return std::string_view::npos;
}

inline bool is_valid(std::string_view text) noexcept {
    return find_invalid(text) == std::string_view::npos;
}

/// Code points of a valid text.
inline std::size_t count(std::string_view text) noexcept {
    std::size_t n = 0;
    for (const char c : text) n += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    return n;
}

/// The longest prefix of at most `max_octets` that cuts no sequence of a valid text in two.
inline std::string_view prefix(std::string_view text, std::size_t max_octets) noexcept {
    if (text.size() <= max_octets) return text;
    std::size_t end = max_octets;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end);
}

}  // namespace kitchen::utf8
