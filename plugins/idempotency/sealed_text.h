// Text that only the holder of a key can read or change (XSalsa20 and Poly1305, of libsodium).
//
// Thread-safety: pure functions, from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kitchen::idempotency {

/// `key`: 64 hexadecimal digits, as KeyedHash::mac() gives. The result is Base64.
std::string seal(std::string_view text, std::string_view key);
/// Nothing when it was sealed by another key, or has been changed.
std::optional<std::string> unseal(std::string_view sealed, std::string_view key);

/// BLAKE2b of a file's bytes, 64 hexadecimal digits; nothing when it cannot be read.
std::optional<std::string> file_hash(const std::string& path);

}  // namespace kitchen::idempotency
