// Text that people type, in UTF-8: what of it can be seen, and how long it is.
//
// Thread-safety: pure functions. Octets that are not UTF-8 count as characters that can be seen;
// JSON bodies and queries hold none.
#pragma once

#include <cstddef>
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

}  // namespace kitchen
