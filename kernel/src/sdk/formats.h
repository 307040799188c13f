// The text formats that a Schema can ask for (kitchen/http/schema.h says what each means).
//
// Thread-safety: pure functions.
#pragma once

#include <string_view>

namespace kitchen::http::formats {

/// A mailbox of RFC 5321 (dot-atom or quoted local part, at most 64 bytes) at a host name of two
/// labels or more.
bool is_email(std::string_view text) noexcept;
/// One ASCII digit or more.
bool is_digits(std::string_view text) noexcept;
/// An absolute http or https URL of RFC 3986 with a host and without user information.
bool is_http_url(std::string_view text) noexcept;

}  // namespace kitchen::http::formats
