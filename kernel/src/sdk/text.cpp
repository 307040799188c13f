#include "kitchen/text.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "kitchen/utf8.h"

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

/// Where the last sequence of a text begins; npos when it ends with no valid one.
std::size_t last_sequence(std::string_view text) noexcept {
    std::size_t at = text.size() - 1;
    while (at > 0 && utf8::is_continuation(text[at])) --at;
    return utf8::sequence_length(text, at) == text.size() - at ? at : text.npos;
}

}  // namespace

std::string trimmed(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8::sequence_length(text, 0);
        if (length == 0 || !is_invisible(utf8::decode(text.substr(0, length)))) break;
        text.remove_prefix(length);
    }
    while (!text.empty()) {
        const std::size_t at = last_sequence(text);
        if (at == text.npos) break;
        const char32_t last = utf8::decode(text.substr(at));
        if (!is_invisible(last) || is_variation_selector(last)) break;
        text.remove_suffix(text.size() - at);
    }
    return std::string(text);
}

std::size_t code_points(std::string_view text) noexcept { return utf8::count(text); }

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

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Optimal string alignment; three rows are enough.
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + cost});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, now);
    }
    return last[b.size()];
}

std::string suggestion(std::string_view word, std::span<const std::string> known) {
    if (word.size() > 64) return {};
    const std::string* best = nullptr;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string& candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best = &candidate;
            best_distance = distance;
        }
    }
    return best ? "; did you mean '" + *best + "'?" : std::string();
}

}  // namespace kitchen
