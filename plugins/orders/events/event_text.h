// How events go over the wire: text/event-stream (HTML Living Standard, section 9.2 "Server-sent
// events").
//
// Thread-safety: pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/order_event.h"
#include "kitchen/result.h"

namespace kitchen::orders {

/// A comment: clients skip it, and proxies see that the stream lives.
inline constexpr std::string_view heartbeat_text = ":\n\n";

/// One event of the type "order". `actor` decides what stands under allowed_transitions.
std::string event_text(std::int64_t id, const OrderEvent& event, Actor actor);
/// How long a client waits before it comes back.
std::string retry_text(std::chrono::milliseconds delay);
/// Gives the client an id to come back with, and no event.
std::string id_text(std::int64_t id);

/// The value of Last-Event-ID, or of its stand-in in the query; nothing when there is none. Error:
/// malformed "last_event_id_invalid".
Result<std::optional<std::int64_t>> parse_last_event_id(std::optional<std::string_view> text);

}  // namespace kitchen::orders
