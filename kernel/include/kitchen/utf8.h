// UTF-8 (RFC 3629), one sequence at a time: no overlong form, no surrogate, nothing past U+10FFFF.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace kitchen::utf8 {

constexpr bool is_continuation(char byte) noexcept {
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

/// Bytes of the valid sequence that starts at `at`, 1 to 4; 0 when there is none. `at` <
/// text.size().
constexpr std::size_t sequence_length(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
        return at + i < text.size() && byte(i) >= low && byte(i) <= high;
    };
    const unsigned lead = byte(0);
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

/// The code point of one valid sequence.
constexpr char32_t decode(std::string_view sequence) noexcept {
    constexpr unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    char32_t point = static_cast<unsigned char>(sequence.front()) & lead_bits[sequence.size()];
    for (const char byte : sequence.substr(1))
        point = point << 6 | (static_cast<unsigned char>(byte) & 0x3fu);
    return point;
}

/// The offset of the first byte that begins no valid sequence; npos when the whole text is valid.
constexpr std::size_t find_invalid(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = sequence_length(text, i);
        if (length == 0) return i;
        i += length;
    }
    return std::string_view::npos;
}

constexpr bool is_valid(std::string_view text) noexcept {
    return find_invalid(text) == std::string_view::npos;
}

/// Code points of a valid text; in any other, the bytes that continue no sequence.
constexpr std::size_t count(std::string_view text) noexcept {
    std::size_t n = 0;
    for (const char c : text) n += !is_continuation(c);
    return n;
}

/// The longest prefix of at most `max_bytes` that cuts no sequence of a valid text in two.
constexpr std::string_view prefix(std::string_view text, std::size_t max_bytes) noexcept {
    if (text.size() <= max_bytes) return text;
    std::size_t end = max_bytes;
    while (end > 0 && is_continuation(text[end])) --end;
    return text.substr(0, end);
}

}  // namespace kitchen::utf8
