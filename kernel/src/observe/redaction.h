// What must not reach a log even when it is passed in by mistake. The first line of defence
// is not to log it.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace kitchen::observe {

inline constexpr std::string_view mask = "***";

/// True for the key of a field that holds a secret: "password", "access_token", "api_key", ….
bool is_secret_key(std::string_view key) noexcept;

/// True when there is something for redact() to do.
bool has_credentials(std::string_view text) noexcept;
/// With the password of every URL in it masked: "postgresql://kitchen:***@db/kitchen".
std::string redact(std::string_view text);

}  // namespace kitchen::observe
