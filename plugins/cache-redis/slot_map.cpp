#include "slot_map.h"

#include <algorithm>
#include <string>

#include "failure.h"
#include "kitchen/text.h"

namespace kitchen::redis {

namespace {

constexpr std::uint16_t no_owner = 0xffff;

// CRC-16/XMODEM: polynomial x^16 + x^12 + x^5 + 1, nothing reflected, from 0.
constexpr auto crc_table = [] {
    std::array<std::uint16_t, 256> table{};
    for (unsigned byte = 0; byte < table.size(); ++byte) {
        unsigned crc = byte << 8;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
        table[byte] = static_cast<std::uint16_t>(crc);
    }
    return table;
}();

Endpoint endpoint_of(std::string_view host, std::uint16_t port, const Endpoint& asked) {
    const bool unknown = host.empty() || host == "?";
    return {unknown ? asked.host : std::string(host), port, {}};
}

// One node's part of the response: first slot, last slot, [host, port, …] of the master, then of
// the replicas.
bool well_formed(const Reply& part) {
    const auto& e = part.elements;
    const auto is_slot = [](const Reply& reply) {
        return reply.kind == Reply::Kind::integer && reply.integer >= 0 &&
               reply.integer < static_cast<std::int64_t>(SlotMap::slots);
    };
    return e.size() >= 3 && is_slot(e[0]) && is_slot(e[1]) && e[2].elements.size() >= 2 &&
           e[2].elements[1].integer > 0 && e[2].elements[1].integer <= 65535;
}

}  // namespace

std::uint16_t slot_of(std::string_view key) {
    if (const auto open = key.find('{'); open != std::string_view::npos)
        if (const auto close = key.find('}', open + 1);
            close != std::string_view::npos && close > open + 1)
            key = key.substr(open + 1, close - open - 1);
    unsigned crc = 0;
    for (const unsigned char byte : key)
        crc = ((crc << 8) & 0xffff) ^ crc_table[((crc >> 8) ^ byte) & 0xff];
    return static_cast<std::uint16_t>(crc % SlotMap::slots);
}

Result<SlotMap> SlotMap::parse(const Reply& reply, const Endpoint& asked) {
    SlotMap map;
    map.owners_.fill(no_owner);
    for (const Reply& part : reply.elements) {
        if (!well_formed(part))
            return failed(failure::refused, "CLUSTER SLOTS gave what is not understood");
        const auto& master = part.elements[2].elements;
        const std::size_t index = map.index_of(
            endpoint_of(master[0].text, static_cast<std::uint16_t>(master[1].integer), asked));
        for (auto slot = part.elements[0].integer; slot <= part.elements[1].integer; ++slot)
            map.move(static_cast<std::uint16_t>(slot), index);
    }
    if (const auto none = std::find(map.owners_.begin(), map.owners_.end(), no_owner);
        none != map.owners_.end())
        return failed(failure::refused, "slot " + std::to_string(none - map.owners_.begin()) +
                                            " of the Cluster has no master");
    return map;
}

std::size_t SlotMap::index_of(const Endpoint& endpoint) {
    const auto found = std::find(masters_.begin(), masters_.end(), endpoint);
    const auto index = static_cast<std::size_t>(found - masters_.begin());
    if (found == masters_.end()) masters_.push_back(endpoint);
    return index;
}

std::optional<Redirection> parse_redirection(std::string_view response, const Endpoint& from) {
    Redirection out;
    out.ask = response.starts_with("ASK ");
    if (!out.ask && !response.starts_with("MOVED ")) return std::nullopt;
    response.remove_prefix(response.find(' ') + 1);
    const auto space = response.find(' ');
    const auto colon = response.rfind(':');  // a host may be an IPv6 address without brackets
    if (space == std::string_view::npos || colon == std::string_view::npos || colon < space)
        return std::nullopt;
    const auto slot = parse_number<std::uint16_t>(response.substr(0, space));
    const auto port = parse_number<std::uint16_t>(response.substr(colon + 1));
    if (!slot || *slot >= SlotMap::slots || !port || *port == 0) return std::nullopt;
    out.slot = *slot;
    out.to = endpoint_of(response.substr(space + 1, colon - space - 1), *port, from);
    return out;
}

}  // namespace kitchen::redis
