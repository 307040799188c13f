// Which addresses a request to a URL that others give may go to. It must not be a way into the
// restaurant's own network (server-side request forgery), whatever the URL's name resolves to.
//
// Thread-safety: pure functions; a guard belongs to one request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "curl_handle.h"
#include "kitchen/ip.h"
#include "kitchen/settings.h"

namespace kitchen {

/// False for the special-purpose blocks of RFC 6890 and its registries: loopback, private,
/// link-local, shared, documentation, multicast, reserved, those that hold an IPv4 address, and
/// what has not been given out.
bool is_public(const IpAddress& address);

/// The setting `allow_networks`: what is_public() denies and the operator allows.
void check_networks(const std::vector<std::string>& networks, Problems& problems);
/// Of a setting that has passed check_networks().
std::vector<IpNetwork> networks_of(const std::vector<std::string>& texts);

/// Lets a request connect to addresses of the internet at large, and to networks that are allowed;
/// by plain HTTP to the latter alone. The address is checked when it is connected to.
class AddressGuard {
public:
    /// `allowed` must outlive the request.
    AddressGuard(const std::vector<IpNetwork>& allowed, std::string_view url)
        : allowed_(allowed), is_plain_(url.starts_with("http:")) {}
    /// Before the request. This must outlive it.
    void watch(CURL* handle);
    /// Why the request failed.
    bool has_refused() const noexcept { return has_refused_; }

private:
    static curl_socket_t open_socket(void* guard, curlsocktype purpose, curl_sockaddr* address);

    const std::vector<IpNetwork>& allowed_;
    const bool is_plain_;
    bool has_refused_ = false;
};

}  // namespace kitchen
