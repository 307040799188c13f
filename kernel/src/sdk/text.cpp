#include "kitchen/text.h"

#include <algorithm>
#include <iterator>

namespace kitchen {

namespace {

struct Range {
    char32_t first, last;
};

/// White_Space, then Default_Ignorable_Code_Point; each in rising order.
constexpr Range invisible[] = {
    {0x0009, 0x000d},   {0x0020, 0x0020},   {0x0085, 0x0085}, {0x00a0, 0x00a0}, {0x1680, 0x1680},
    {0x2000, 0x200a},   {0x2028, 0x2029},   {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000},
    {0x00ad, 0x00ad},   {0x034f, 0x034f},   {0x061c, 0x061c}, {0x115f, 0x1160}, {0x17b4, 0x17b5},
    {0x180b, 0x180f},   {0x200b, 0x200f},   {0x202a, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164},
    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0}, {0xfff0, 0xfff8}, {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

bool is_invisible(char32_t c) noexcept {
    return std::any_of(std::begin(invisible), std::end(invisible),
                       [c](const Range& range) { return range.first <= c && c <= range.last; });
}

bool is_variation_selector(char32_t c) noexcept {
    return (c >= 0x180b && c <= 0x180f && c != 0x180e) || (c >= 0xfe00 && c <= 0xfe0f) ||
           (c >= 0xe0100 && c <= 0xe01ef);
}

constexpr bool is_continuation(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// The code point of these octets, which begin with the only one that is no continuation.
char32_t decode(std::string_view octets) noexcept {
    const auto lead = static_cast<unsigned char>(octets.front());
    if (lead < 0x80) return lead;
    constexpr char32_t replacement = 0xfffd;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc0 || octets.size() != length) return replacement;
    char32_t c = lead & (0xff >> (length + 1));
    for (const char octet : octets.substr(1))
        c = c << 6 | (static_cast<unsigned char>(octet) & 0x3f);
    return c;
}

std::size_t first_length(std::string_view text) noexcept {
    std::size_t length = 1;
    while (length < text.size() && is_continuation(text[length])) ++length;
    return length;
}

std::size_t last_length(std::string_view text) noexcept {
    std::size_t length = 1;
    while (length < text.size() && is_continuation(text[text.size() - length])) ++length;
    return length;
}

}  // namespace

std::string trimmed(std::string_view text) {
    while (!text.empty() && is_invisible(decode(text.substr(0, first_length(text)))))
        text.remove_prefix(first_length(text));
    while (!text.empty()) {
        const std::size_t length = last_length(text);
        const char32_t last = decode(text.substr(text.size() - length));
        if (!is_invisible(last) || is_variation_selector(last)) break;
        text.remove_suffix(length);
    }
    return std::string(text);
}

std::size_t code_points(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

bool has_control_characters(std::string_view text, bool lines) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool is_line = c == '\t' || c == '\n' || c == '\r';
        const bool is_c1 =
            c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if ((c < 0x20 && !(lines && is_line)) || c == 0x7f || is_c1) return true;
    }
    return false;
}

}  // namespace kitchen
