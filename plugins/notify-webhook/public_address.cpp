#include "public_address.h"

#include <algorithm>
#include <vector>

namespace kitchen::webhook {

bool is_public(const IpAddress& address) {
    // https://www.iana.org/assignments/iana-ipv4-special-registry and …-ipv6-special-registry.
    static const std::vector<IpNetwork> special = [] {
        std::vector<IpNetwork> networks;
        for (const char* network : {
                 "0.0.0.0/8",      "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",
                 "169.254.0.0/16", "172.16.0.0/12",  "192.0.0.0/24",  "192.0.2.0/24",
                 "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
                 "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",   "2001::/23",
                 "2001:db8::/32",  "2002::/16",      "3fff::/20",
             })
            networks.push_back(IpNetwork::parse(network).value());
        return networks;
    }();
    // Of IPv6, only 2000::/3 is given out (RFC 4291, 2.4).
    static const IpNetwork global = IpNetwork::parse("2000::/3").value();
    if (!address.is_v4() && !global.contains(address)) return false;
    return std::none_of(special.begin(), special.end(),
                        [&](const IpNetwork& network) { return network.contains(address); });
}

}  // namespace kitchen::webhook
