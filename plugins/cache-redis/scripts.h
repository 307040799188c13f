// The operations that Redis carries out in one atomic step, as Lua (Redis 5 or newer). Each touches
// one key and nothing else.
//
// Thread-safety: constants.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kitchen::redis {

enum class Script : std::uint8_t {
    set_if_absent,
    set_fields,
    update_fields,
    increment_field,
    compare_and_count,
    rate_tick
};
constexpr std::size_t script_count = 6;

/// What stands in a hash entry beside its fields, whose names begin with field_prefix: also an
/// entry without fields is one.
constexpr std::string_view marker_field = "1";
constexpr char field_prefix = '.';

/// Indexed by Script. Arguments and replies are described at the head of each.
extern const std::array<std::string_view, script_count> script_texts;

}  // namespace kitchen::redis
