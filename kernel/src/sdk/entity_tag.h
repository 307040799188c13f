// Entity tags (RFC 9110 section 8.8.3), as If-Match and If-None-Match list them.
//
// Thread-safety: pure functions.
#pragma once

#include <string_view>

namespace kitchen::http {

enum class TagComparison {
    version,  ///< neither is weak, and the listed one is the current "7" or goes on as "7-…": for
              ///< If-Match
    weak,     ///< the quoted parts are equal: for If-None-Match
};

/// Whether a field value ("*", or a list of entity tags) matches the tag that the thing has now. A
/// list that is not well formed is read up to where it breaks.
bool entity_tag_listed(std::string_view field, std::string_view current_tag,
                       TagComparison comparison) noexcept;

/// Whether a field value is "*" or a list of one entity tag or more, well formed to its end.
bool is_entity_tag_list(std::string_view field) noexcept;

}  // namespace kitchen::http
