// A route's pattern, taken apart: "/foods/{id:id}/stock/" is literal, id, literal.
//
// Thread-safety: pure functions and plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kitchen::http {

inline constexpr std::size_t max_pattern_segments = 16;

struct PatternSegment {
    enum class Kind : std::uint8_t {
        literal,  ///< this very text
        text,     ///< {name}: one non-empty segment without a slash
        id,       ///< {name:id}: a positive integer below 2^63
        rest,     ///< {name*}: all segments from here on, at least one; the last of a pattern
    };
    Kind kind = Kind::literal;
    std::string text;  ///< the literal, percent-decoded; or the parameter's name
};

/// Empty for "/". Throws std::invalid_argument with a sentence when the pattern is not well formed.
std::vector<PatternSegment> parse_pattern(std::string_view pattern);

/// What a {name:id} takes: decimal digits without a leading zero, 1 to 2^63 - 1.
bool is_id(std::string_view text) noexcept;

}  // namespace kitchen::http
