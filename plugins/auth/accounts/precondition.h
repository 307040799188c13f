// The version a change is meant for.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <functional>

#include "kitchen/http/route.h"
#include "kitchen/result.h"

namespace kitchen::auth {

/// Looks at the version a change would be made on; its error stops the change.
using Precondition = std::function<Status(std::int64_t version)>;

/// If-Match of the request, which must outlive it.
inline Precondition if_match(const http::Request& request) {
    return [&request](std::int64_t version) { return http::check_if_match(request, version); };
}

inline http::Parameter if_match_header() {
    return {"If-Match", http::Schema::string(),
            "The ETag of the version that the change is meant for"};
}

}  // namespace kitchen::auth
