#include "http/shield/trusted_proxies.h"

#include <algorithm>
#include <optional>

#include "http/framing/authority.h"
#include "http/framing/character_classes.h"

namespace kitchen::http {
namespace {

/// Goes through the elements of a comma-separated field from the last to the first, over all its
/// lines, until told to stop.
template <class Visit>
void each_from_the_right(const Request& request, std::string_view name, const Visit& visit) {
    for (auto field = request.headers.rbegin(); field != request.headers.rend(); ++field) {
        if (field->first != name) continue;
        std::string_view rest = field->second;
        for (bool more = true; more;) {
            const std::size_t comma = rest.rfind(',');
            more = comma != std::string_view::npos;
            if (!visit(without_blanks(more ? rest.substr(comma + 1) : rest))) return;
            rest = rest.substr(0, more ? comma : 0);
        }
    }
}

std::string_view last_value(const Request& request, std::string_view name) {
    std::string_view last;
    each_from_the_right(request, name, [&](std::string_view value) {
        last = value;
        return false;
    });
    return last;
}

/// As RFC 7239 writes them too, some proxies add the port: "192.0.2.1:4711", "[2001:db8::1]:4711".
std::optional<IpAddress> parse_node(std::string_view text) {
    const auto is_port = [](std::string_view port) {
        return port.size() <= 5 && characters::all(port, characters::digit);
    };
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view rest = text.substr(end + 1);
        if (!rest.empty() && !(rest.front() == ':' && is_port(rest.substr(1)))) return std::nullopt;
        const auto inside = IpAddress::parse(text.substr(1, end - 1));
        return text.substr(1, end - 1).find(':') != std::string_view::npos ? inside : std::nullopt;
    }
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos &&
        is_port(text.substr(colon + 1)))
        text = text.substr(0, colon);
    return IpAddress::parse(text);
}

}  // namespace

bool TrustedProxies::trusts(const IpAddress& address) const noexcept {
    return std::any_of(networks_.begin(), networks_.end(),
                       [&](const IpNetwork& network) { return network.contains(address); });
}

bool TrustedProxies::trusts(std::string_view peer_address) const {
    if (networks_.empty()) return false;
    const auto address = IpAddress::parse(peer_address);
    return address && trusts(*address);
}

std::string TrustedProxies::client_behind(std::string_view peer_address,
                                          const Request& request) const {
    std::string client(peer_address);
    each_from_the_right(request, "x-forwarded-for", [&](std::string_view node) {
        const auto address = parse_node(node);
        if (!address) return false;
        client = address->text();
        return trusts(*address);
    });
    return client;
}

Sender TrustedProxies::sender_of(const Request& request) const {
    Sender sender{request.peer_address, "", ""};
    if (const std::string* host = request.header("host")) sender.authority = *host;
    if (!trusts(request.peer_address)) return sender;
    sender.address = client_behind(request.peer_address, request);
    const std::string_view scheme = last_value(request, "x-forwarded-proto");
    for (const std::string_view known : {"http", "https"})
        if (characters::equal_ignoring_case(scheme, known)) sender.scheme = known;
    if (const std::string_view host = last_value(request, "x-forwarded-host"); is_authority(host))
        sender.authority = host;
    return sender;
}

}  // namespace kitchen::http
