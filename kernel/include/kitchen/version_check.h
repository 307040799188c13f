// Keeps a change from being made on a version that its caller has not seen. For services, which
// know no HTTP; http::if_match() makes one of a request.
#pragma once

#include <cstdint>
#include <functional>

#include "kitchen/result.h"

namespace kitchen {

/// Called inside the transaction with the version that the change would be made on; its error stops
/// the change.
using VersionCheck = std::function<Status(std::int64_t current_version)>;

/// The check of a change that may be made on every version.
inline Status any_version(std::int64_t) { return {}; }

}  // namespace kitchen
