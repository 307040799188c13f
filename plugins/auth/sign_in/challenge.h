// The observe-phase middleware that tells the client of a 401 how to sign in: WWW-Authenticate
// (RFC 9110, section 11.6.1).
//
// Thread-safety: a pure function.
#pragma once

#include "kitchen/http/middleware.h"

namespace kitchen::auth {

Result<http::Response> challenge(http::Request& request, const http::Next& next);

}  // namespace kitchen::auth
