// How CSV is written: cells that a spreadsheet shows as the text they are.
//
// A spreadsheet takes a cell that begins with one of = + - @ TAB CR for a formula, which may send
// its owner's data away. Such a text is written with an apostrophe before it, which the import
// takes away again. A text that begins with apostrophes and then such a character has one more, so
// that each text is read as it was.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace kitchen::transfer {

/// Whether a text is apostrophes, maybe none, and then the beginning of a formula.
constexpr bool looks_like_formula(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of('\'');
    return first != text.npos && std::string_view("=+-@\t\r").find(text[first]) != text.npos;
}

inline std::string harmless(std::string_view text) {
    return (looks_like_formula(text) ? "'" : "") + std::string(text);
}

/// What harmless() was given.
constexpr std::string_view as_meant(std::string_view text) noexcept {
    if (text.starts_with('\'') && looks_like_formula(text)) text.remove_prefix(1);
    return text;
}

/// In quotes when it needs them.
inline void append_cell(std::string& out, std::string_view text) {
    const bool needs_quotes =
        text.find_first_of("\",\r\n") != text.npos || text.starts_with(' ') || text.ends_with(' ');
    if (!needs_quotes) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

}  // namespace kitchen::transfer
