#include "public_address.h"

#include <algorithm>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace kitchen {
namespace {

std::string text_of(const sockaddr& address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address.sa_family == AF_INET)
        inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text,
                  sizeof(text));
    else if (address.sa_family == AF_INET6)
        inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text,
                  sizeof(text));
    return text;
}

}  // namespace

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

void check_networks(const std::vector<std::string>& networks, Problems& problems) {
    for (const std::string& network : networks)
        if (!IpNetwork::parse(network))
            problems.at(networks, "'" + network + "' is no network like 10.0.0.0/8");
}

std::vector<IpNetwork> networks_of(const std::vector<std::string>& texts) {
    std::vector<IpNetwork> networks;
    networks.reserve(texts.size());
    for (const std::string& text : texts) networks.push_back(IpNetwork::parse(text).value());
    return networks;
}

void AddressGuard::watch(CURL* handle) {
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &AddressGuard::open_socket);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, this);
}

/// When the name is resolved already: so what is checked is what is connected to.
curl_socket_t AddressGuard::open_socket(void* data, curlsocktype, curl_sockaddr* address) {
    auto& guard = *static_cast<AddressGuard*>(data);
    const auto ip = IpAddress::parse(text_of(address->addr));
    const bool is_allowed =
        ip && ((is_public(*ip) && !guard.is_plain_) ||
               std::any_of(guard.allowed_.begin(), guard.allowed_.end(),
                           [&](const IpNetwork& n) { return n.contains(*ip); }));
    if (!is_allowed) {
        guard.has_refused_ = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace kitchen
