// Who a request comes from and where it was sent to, when there may be proxies in between.
//
// X-Forwarded-For, -Proto and -Host are what any client can write, so they count only when the
// connection comes from a network that the configuration trusts. A proxy appends at the right end
// of X-Forwarded-For what it saw itself; so the list is read from there, for as long as the address
// just read is a trusted proxy too, and the first one that is not is the client. What stands
// further left is the client's own invention. Of -Proto and -Host the last value counts, for the
// same reason. A value that cannot be read is ignored: the client is then the last address known
// for certain. Forwarded (RFC 7239) is not read.
//
// Thread-safety: immutable.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kitchen/http/request.h"
#include "kitchen/ip.h"

namespace kitchen::http {

struct Sender {
    std::string address;  ///< of the client; numeric
    std::string scheme;   ///< "http" or "https" as a trusted proxy says; "" when none does
    std::string
        authority;  ///< host and port that the client asked for; "" when it named none (HTTP/1.0)
};

class TrustedProxies {
public:
    explicit TrustedProxies(std::vector<IpNetwork> networks) : networks_(std::move(networks)) {}

    bool trusts(std::string_view peer_address) const;
    Sender sender_of(const Request& request) const;

private:
    bool trusts(const IpAddress& address) const noexcept;
    std::string client_behind(std::string_view peer_address, const Request& request) const;

    const std::vector<IpNetwork> networks_;
};

}  // namespace kitchen::http
