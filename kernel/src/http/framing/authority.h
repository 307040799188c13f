// host[:port], as in the Host field and in absolute-form targets (RFC 9110 section 7.2, RFC 3986
// section 3.2).
//
// Thread-safety: pure functions.
#pragma once

#include <string_view>

namespace kitchen::http {

/// True for a non-empty registered name, IPv4 address or bracketed IP literal with an optional port
/// up to 65535. Stricter than the RFC: no sub-delims ("," and ";" above all, which look like a list
/// of hosts), no user information.
bool is_authority(std::string_view text) noexcept;

}  // namespace kitchen::http
