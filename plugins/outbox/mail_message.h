// What travels through the queue: which mail there is to send, and nothing of what it says.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kitchen::outbox {

/// {"outbox_mail":7}
std::string to_message(std::int64_t mail_id);
/// Nothing when it is none of ours.
std::optional<std::int64_t> parse_message(std::string_view body);

}  // namespace kitchen::outbox
