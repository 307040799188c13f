// Which addresses belong to the internet at large. A receiver of webhooks must not be a way into
// the restaurant's own network (server-side request forgery), whatever its name resolves to.
//
// Thread-safety: pure function.
#pragma once

#include "kitchen/ip.h"

namespace kitchen::webhook {

/// False for the special-purpose blocks of RFC 6890 and its registries: loopback, private,
/// link-local, shared, documentation, multicast, reserved, those that hold an IPv4 address, and
/// what has not been given out.
bool is_public(const IpAddress& address);

}  // namespace kitchen::webhook
