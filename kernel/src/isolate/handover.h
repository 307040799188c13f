// What the server has found out about a request, told to the process of a plugin in one header
// field: who asks, from where, and the address for links. The field of that name in a client's
// request is dropped, and only the server reaches the socket on which it is believed.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/server_table.h"
#include "kitchen/http/request.h"

namespace kitchen::isolate {

inline constexpr std::string_view handover_field = "kitchen-handover";

std::string handover_of(const http::Request& request);

/// In the process of the plugin: sets the members of the request again, in the place of the
/// middleware that identifies.
std::vector<http::RegisteredMiddleware> take_handover();

}  // namespace kitchen::isolate
