// An idempotency key as a short word that may stand in a file name, a header or a log: keys hold
// any bytes, and who knows what.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kitchen {

inline constexpr std::size_t key_digest_length = 32;

/// The first half of the key's SHA-256 in the letters a to p: 32 of them. In letters only, so that
/// who looks for a code in a mail with a pattern of digits does not find one in its name or
/// Message-ID.
std::string key_digest(std::string_view key);

}  // namespace kitchen
