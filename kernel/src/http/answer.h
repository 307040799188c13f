// From what a handler gave to what goes on the wire: errors become problems, a matching
// If-None-Match becomes 304, and the fields that every answer carries are added.
//
// Thread-safety: pure functions, but for the logger.
#pragma once

#include <string>

#include "http/transport/transport.h"
#include "kitchen/http/response.h"
#include "kitchen/log.h"

namespace kitchen::http {

/// The answer of a route. Logs what the client must not see.
Response resolve(const Request& request, Result<Response> result, Logger& log);

/// Adds X-Request-Id and hands the rest over. The body of an answer to HEAD stays: the transport
/// needs its length, and sends only that.
WireResponse to_wire(Response response, const std::string& request_id);

}  // namespace kitchen::http
