#include "case_fold.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <new>

namespace kitchen::catalog {

namespace {

/// Runs of blanks as one, and none at the ends.
std::string one_blank(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool is_blank = c == ' ' || (c >= '\t' && c <= '\r');
        if (!is_blank)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

std::string mapped(std::string_view text, int options) {
    utf8proc_uint8_t* out = nullptr;
    const utf8proc_ssize_t size = utf8proc_map(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
        static_cast<utf8proc_ssize_t>(text.size()), &out,
        static_cast<utf8proc_option_t>(UTF8PROC_CASEFOLD | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                       UTF8PROC_IGNORE | UTF8PROC_STABLE | options));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(out, &std::free);
    if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
    if (size < 0) return std::string(text);
    return one_blank({reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)});
}

}  // namespace

std::string folded(std::string_view text) { return mapped(text, 0); }

std::string without_marks(std::string_view text) {
    return mapped(text, UTF8PROC_STRIPMARK | UTF8PROC_LUMP);
}

std::string contains_pattern(std::string_view text) {
    std::string pattern = "%";
    for (char c : text) {
        if (c == '%' || c == '_' || c == '!') pattern += '!';
        pattern += c;
    }
    return pattern += '%';
}

}  // namespace kitchen::catalog
