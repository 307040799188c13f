#include "rate_limit.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace kitchen::auth {

Status RateLimit::tick(std::string_view subject) {
    if (limit_.burst == 0) return {};
    auto decision = cache_.rate_tick("auth:" + name_ + ":" + std::string(subject), limit_.burst, limit_.period);
    if (!decision) return std::move(decision).error();
    if (decision->allowed) return {};
    return Error(Errc::too_many_requests, code_, detail_).retry_in(retry_seconds(decision->retry_after));
}

std::chrono::seconds retry_seconds(std::chrono::milliseconds wait) {
    return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(wait));
}

std::string client_network(std::string_view address) {
    const std::string text(address.substr(0, address.find('%')));  // a zone id says nothing about the client
    in6_addr v6{};
    if (::inet_pton(AF_INET6, text.c_str(), &v6) != 1) return std::string(address);
    std::array<char, INET6_ADDRSTRLEN> out{};
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
        ::inet_ntop(AF_INET, &v6.s6_addr[12], out.data(), out.size());
        return out.data();
    }
    std::memset(&v6.s6_addr[8], 0, 8);
    ::inet_ntop(AF_INET6, &v6, out.data(), out.size());
    return std::string(out.data()) + "/64";
}

}  // namespace kitchen::auth
