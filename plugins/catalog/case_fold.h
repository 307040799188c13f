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

/// Unicode's full case folding in the normal form NFKC (Unicode Standard, 3.13 and 3.11), without
/// invisible characters and with runs of blanks as one: an accent typed as a character of its own,
/// a full-width letter and a no-break space are the same as what they look like. For names. Text
/// that is not UTF-8 is kept as it is.
std::string folded(std::string_view text);

/// The same without accents and other marks, and with one hyphen, quote and dash for all: for what
/// people search and filter by. "Ẹ̀bà" is found as "eba".
std::string without_marks(std::string_view text);

/// The pattern of `LIKE … ESCAPE '!'` that matches every text containing `text`.
std::string contains_pattern(std::string_view text);

}  // namespace kitchen::catalog
