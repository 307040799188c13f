// "did you mean": the known word nearest to a misspelt one.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace kitchen::config {

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// "; did you mean 'max_attempts'?" or "" when nothing known is near. The first of equally near
/// ones.
std::string suggestion(std::string_view word, std::span<const std::string> known);

}  // namespace kitchen::config
