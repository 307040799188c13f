// What stands around every route, whichever plugin it belongs to: trusted proxies, CORS, and the
// check of the origin where a cookie or HTTP Basic counts.
//
// Thread-safety: immutable.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/shield/cors.h"
#include "http/shield/trusted_proxies.h"
#include "kitchen/http/route.h"

namespace kitchen::http {

class RequestShield {
public:
    /// `public_url`: where clients find the API; "" when only the request can tell.
    RequestShield(std::vector<IpNetwork> trusted_proxies, const CorsOptions& cors,
                  const std::string& public_url);

    bool is_proxy(std::string_view peer_address) const { return proxies_.trusts(peer_address); }
    Sender sender_of(const Request& request) const { return proxies_.sender_of(request); }
    const Cors& cors() const noexcept { return cors_; }

    /// False for a request that the page of another site made a browser send, where the browser
    /// adds a cookie or a remembered password by itself: one that changes something, to a route
    /// that uses cookies or with HTTP Basic, whose Origin is neither our own nor allowed by CORS,
    /// or that has none and says Sec-Fetch-Site: cross-site. Clients that are no browser send
    /// neither field, and pass. `sender` is sender_of() that request.
    bool admits(const Request& request, const Sender& sender, const Route& route) const;

private:
    bool is_own(std::string_view origin, const Sender& sender) const;

    const TrustedProxies proxies_;
    const Cors cors_;
    const std::string own_origin_;  ///< "": as the request says
};

/// What every response says to browsers unless it says otherwise itself: nothing here is to be run,
/// framed, guessed at or leaked. Strict-Transport-Security is among them when the public URL is
/// https (RFC 6797 forbids it over plain HTTP).
Fields security_fields(std::string_view public_url);

}  // namespace kitchen::http
