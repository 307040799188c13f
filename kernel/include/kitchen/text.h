// Text that people type, in UTF-8: what of it can be seen, and how long it is; and the ASCII of
// protocols.
//
// Thread-safety: pure functions. Bytes that are not UTF-8 count as characters that can be seen;
// JSON bodies and queries hold none.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kitchen {

/// Without what cannot be seen at either side: Unicode's White_Space and
/// Default_Ignorable_Code_Point (PropList.txt and DerivedCoreProperties.txt, Unicode 15.0;
/// variation selectors at the end stay with the character before them). Empty for a text in which
/// there is nothing to see.
std::string trimmed(std::string_view text);

/// How many characters a person counts, nearly: code points.
std::size_t code_points(std::string_view text) noexcept;

/// Control characters (general category Cc: U+0000 to U+001F, U+007F to U+009F). `lines`: tab, LF
/// and CR are none.
bool has_control_characters(std::string_view text, bool lines = false) noexcept;

/// Without spaces and tabs at either side: the optional white space of header fields.
constexpr std::string_view without_blanks(std::string_view text,
                                          std::string_view blanks = " \t") noexcept {
    const auto is_blank = [blanks](char c) {  // std::string_view::find() calls memchr for each c
        for (const char blank : blanks)
            if (c == blank) return true;
        return false;
    };
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// A–Z as a–z; all other bytes stay.
constexpr char ascii_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
inline std::string ascii_lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = ascii_lower(c);
    return out;
}

constexpr bool is_ascii_alphanumeric(char c) noexcept {
    return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

/// The whole text as a number that T holds, '-' before it allowed for signed types; nothing for
/// everything else, spaces and '+' included. `base`: as std::from_chars.
template <class T = std::int64_t, class... Base>
std::optional<T> parse_number(std::string_view text, Base... base) noexcept {
    T value{};
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, value, base...);
    return failure == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// "; did you mean 'max_attempts'?" or "" when nothing known is near. The first of equally near
/// ones.
std::string suggestion(std::string_view word, std::span<const std::string> known);

}  // namespace kitchen
