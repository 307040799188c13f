// Code around every handler, in phases: observe → shield → identify → admit → (the kernel
// authorises) → handle. Within a phase in the order of the plugins, then of declaration.
//
// A middleware calls next() to go on and may change the request before and the response after; or
// it answers itself. It sees only requests that matched a route, before their query and body are
// validated (Request::json is still null). It runs on the thread that runs the handler: for an
// inline route it must not block.
//
// Thread-safety: called on many threads at once.
#pragma once

#include <cstdint>
#include <functional>

#include "kitchen/http/request.h"
#include "kitchen/http/response.h"
#include "kitchen/result.h"

namespace kitchen::http {

enum class Phase : std::uint8_t {
    observe,   ///< measures and logs; sees the answers of all later phases
    shield,    ///< refuses: rate limits, CORS, origins
    identify,  ///< sets Request::principal; called only when the route needs one
    admit,     ///< refuses by who is asking; after identify, and called only when that is
};

using Next = std::function<Result<Response>()>;
using Middleware = std::function<Result<Response>(Request&, const Next&)>;

}  // namespace kitchen::http
