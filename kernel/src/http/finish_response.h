// From what a handler gave to what is sent: errors become problems, a matching If-None-Match
// becomes 304, and the fields are added that middleware and the route's access ask for.
//
// Thread-safety: pure functions, but for the logger.
#pragma once

#include "kitchen/http/response.h"
#include "kitchen/log.h"

namespace kitchen::http {

/// The response of a route. Logs what the client must not see. The body of a response to HEAD
/// stays: the transport needs its length, and sends only that.
Response finish_response(const Request& request, Result<Response> result, Logger& log);

}  // namespace kitchen::http
