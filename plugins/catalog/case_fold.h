// Names, tags, categories and searches are compared without regard to case: the store keeps them
// folded beside the text.
//
// Done here and not in SQL because lower() knows only ASCII on one store and asks the database's
// locale on another; "Ọ̀FADÀ" and "ọ̀fadà" must be one name on all of them.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace kitchen::catalog {

/// Unicode's full case folding in the normal form NFC (Unicode Standard, 3.13 and 3.11), so that an
/// accent typed as a character of its own is the same. Text that is not UTF-8 is kept as it is.
std::string case_folded(std::string_view text);

/// The pattern of `LIKE … ESCAPE '!'` that matches every text containing `text`.
std::string contains_pattern(std::string_view text);

}  // namespace kitchen::catalog
