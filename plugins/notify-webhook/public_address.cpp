#include "public_address.h"

#include <algorithm>
#include <vector>

namespace kitchen::webhook {

bool is_public(const IpAddress& address) {
    // https://www.iana.org/assignments/iana-ipv4-special-registry and …-ipv6-special-registry.
    static const std::vector<IpNetwork> special = [] {
        std::vector<IpNetwork> networks;
        for (const char* network :
             {"0.0.0.0/8",      "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",
              "169.254.0.0/16", "172.16.0.0/12",  "192.0.0.0/24",  "192.0.2.0/24",
              "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
              "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",   "::/96",
              "64:ff9b::/96",   "64:ff9b:1::/48", "100::/64",      "2001::/23",
              "2001:db8::/32",  "2002::/16",      "fc00::/7",      "fe80::/10",
              "fec0::/10",      "ff00::/8"})
            networks.push_back(IpNetwork::parse(network).value());
        return networks;
    }();
    return std::none_of(special.begin(), special.end(),
                        [&](const IpNetwork& network) { return network.contains(address); });
}

}  // namespace kitchen::webhook
