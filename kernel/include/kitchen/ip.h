// Internet addresses and networks as values: RFC 4291 and RFC 4632 notation read strictly, so that
// two spellings of one address are one address.
//
// An IPv4 address inside an IPv6 one (::ffff:192.0.2.1) is the IPv4 address. A zone ("%eth0") says
// nothing about an account and is dropped.
//
// Thread-safety: plain values and pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kitchen {

class IpAddress {
public:
    /// "192.0.2.1", "2001:db8::1". Nothing for anything else: no port, no brackets, no leading
    /// zeros, no names.
    static std::optional<IpAddress> parse(std::string_view text);

    bool is_v4() const noexcept { return is_v4_; }
    unsigned bits() const noexcept { return is_v4_ ? 32 : 128; }
    /// The shortest common form (RFC 5952): "2001:db8::1".
    std::string text() const;
    /// With all bits after the first `prefix` cleared; `prefix` is at most bits().
    IpAddress masked(unsigned prefix) const noexcept;

    bool operator==(const IpAddress&) const = default;

private:
    std::array<std::uint8_t, 16> bytes_{};  ///< the first four when it is IPv4
    bool is_v4_ = false;
};

class IpNetwork {
public:
    /// "10.0.0.0/8", "fd00::/8", or one address. Nothing for anything else, bits set beyond the
    /// prefix included: "10.0.0.7/8" may be a slip of either half.
    static std::optional<IpNetwork> parse(std::string_view text);

    bool contains(const IpAddress& address) const noexcept {
        return address.is_v4() == first_.is_v4() && address.masked(prefix_) == first_;
    }

private:
    IpNetwork(IpAddress first, unsigned prefix) : first_(first), prefix_(prefix) {}

    IpAddress first_;
    unsigned prefix_;
};

/// What counts as one client: an IPv4 address, or the /64 of an IPv6 one ("2001:db8::/64"), since
/// a subscriber has all addresses of one (RFC 6177). What is no address comes back as it is.
std::string client_network(std::string_view address);

}  // namespace kitchen
