// Which server has which key: of a Redis Cluster each master has some of 16384 slots, a single
// server has all (https://redis.io/docs/reference/cluster-spec/).
//
// Thread-safety: plain values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "redis_connection.h"
#include "redis_url.h"

namespace kitchen::redis {

/// CRC16 of the hash tag: of what stands between the first '{' and the next '}', if there is
/// something, else of the whole key.
std::uint16_t slot_of(std::string_view key);

class SlotMap {
public:
    static constexpr std::size_t slots = 16384;

    SlotMap() = default;
    /// All are at one server.
    explicit SlotMap(Endpoint single) : masters_{std::move(single)} {}
    /// Of the response to CLUSTER SLOTS; `asked` gave it, and stands for a node without a host.
    /// Error: a failure (failure.h) when a slot has no master.
    static Result<SlotMap> parse(const Reply& reply, const Endpoint& asked);

    const std::vector<Endpoint>& masters() const noexcept { return masters_; }
    /// An index into masters().
    std::size_t master_of(std::uint16_t slot) const noexcept { return owners_[slot]; }
    /// The index of that server, which is added when it is new.
    std::size_t index_of(const Endpoint& endpoint);
    void move(std::uint16_t slot, std::size_t master) {
        owners_[slot] = static_cast<std::uint16_t>(master);
    }

private:
    std::vector<Endpoint> masters_;
    std::array<std::uint16_t, slots> owners_{};
};

/// What a node says that does not have the slot: "MOVED 3999 127.0.0.1:6381", or "ASK …" for this
/// one call only, while the slot is on its way.
struct Redirection {
    bool ask = false;
    std::uint16_t slot = 0;
    Endpoint to;
};
/// `from` gave that response. Nothing when it is none of these.
std::optional<Redirection> parse_redirection(std::string_view response, const Endpoint& from);

}  // namespace kitchen::redis
