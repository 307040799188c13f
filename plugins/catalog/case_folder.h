// Case-insensitive comparison of names, tags, categories and searches: texts are compared after
// folding.
//
// Done here and not in SQL because lower() knows only ASCII on one store and asks the database's
// locale on another; "Ọ̀FADÀ" and "ọ̀fadà" must be one name on all of them. Folding is Unicode's
// simple lower-case mapping, code point by code point; composed and decomposed accents stay
// different.
//
// Thread-safety: immutable once built; all calls, from any thread.
#pragma once

#include <string>
#include <string_view>

#include <locale.h>

namespace kitchen::catalog {

class CaseFolder {
public:
    /// Throws std::runtime_error when the C library has no C.UTF-8 locale.
    CaseFolder();
    ~CaseFolder();
    CaseFolder(const CaseFolder&) = delete;
    CaseFolder& operator=(const CaseFolder&) = delete;

    /// `text` in UTF-8. Bytes that are not UTF-8 are kept as they are.
    std::string fold(std::string_view text) const;

private:
    locale_t locale_;
};

/// The pattern of `LIKE … ESCAPE '!'` that matches every text containing `text`.
std::string contains_pattern(std::string_view text);

}  // namespace kitchen::catalog
