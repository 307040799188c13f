// The text operations that accounts need: those of the SDK, and ids.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kitchen/text.h"
#include "kitchen/utf8.h"

namespace kitchen::auth {

/// A positive integer below 2^63 written in ASCII digits only; nothing for everything else.
std::optional<std::int64_t> parse_id(std::string_view text) noexcept;

}  // namespace kitchen::auth
