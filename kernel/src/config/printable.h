// Text from a file or the environment, made safe for a terminal and a log: a key or a value may
// hold line breaks and escape sequences.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kitchen::config {

/// Whether a valid UTF-8 sequence is a control character: C0, DEL, and C1, which terminals obey as
/// well.
bool is_control(std::string_view sequence) noexcept;

/// The text with control characters and bytes that are not UTF-8 as \xNN, cut after about
/// `max_octets`.
std::string printable(std::string_view text, std::size_t max_bytes);

}  // namespace kitchen::config
