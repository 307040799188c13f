#include "kitchen/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace kitchen {
namespace {

constexpr std::array<std::uint8_t, 12> v4_mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t longest = INET6_ADDRSTRLEN;  // with the terminating NUL

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    if (const auto zone = text.find('%'); zone != std::string_view::npos) {
        if (text.substr(0, zone).find(':') == std::string_view::npos)
            return std::nullopt;  // only IPv6 has zones
        text = text.substr(0, zone);
    }
    if (text.size() >= longest || text.find('\0') != std::string_view::npos) return std::nullopt;
    const std::string terminated(text);
    IpAddress out;
    if (::inet_pton(AF_INET, terminated.c_str(), out.bytes_.data()) == 1) {
        out.is_v4_ = true;
        return out;
    }
    if (::inet_pton(AF_INET6, terminated.c_str(), out.bytes_.data()) != 1) return std::nullopt;
    if (std::equal(v4_mapped.begin(), v4_mapped.end(), out.bytes_.begin())) {
        IpAddress inner;
        std::copy_n(out.bytes_.begin() + v4_mapped.size(), 4, inner.bytes_.begin());
        inner.is_v4_ = true;
        return inner;
    }
    return out;
}

std::string IpAddress::text() const {
    std::array<char, longest> out{};
    ::inet_ntop(is_v4_ ? AF_INET : AF_INET6, bytes_.data(), out.data(), out.size());
    return out.data();
}

IpAddress IpAddress::masked(unsigned prefix) const noexcept {
    IpAddress out = *this;
    for (unsigned i = 0; i < bits() / 8; ++i) {
        const unsigned kept = prefix >= 8 * i + 8 ? 8 : prefix > 8 * i ? prefix - 8 * i : 0;
        out.bytes_[i] &= static_cast<std::uint8_t>(0xff00u >> kept);
    }
    return out;
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address || text.find('%') != std::string_view::npos) return std::nullopt;
    if (slash == std::string_view::npos) return IpNetwork(*address, address->bits());
    const std::string_view digits = text.substr(slash + 1);
    unsigned prefix = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc() || end != digits.data() + digits.size() ||
        (digits.size() > 1 && digits.front() == '0'))
        return std::nullopt;
    // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
    if (address->is_v4() && text.find(':') < slash) {
        if (prefix < 96) return std::nullopt;
        prefix -= 96;
    }
    if (prefix > address->bits() || address->masked(prefix) != *address) return std::nullopt;
    return IpNetwork(*address, prefix);
}

std::string client_network(std::string_view address) {
    const auto parsed = IpAddress::parse(address);
    if (!parsed) return std::string(address);
    return parsed->is_v4() ? parsed->text() : parsed->masked(64).text() + "/64";
}

}  // namespace kitchen
