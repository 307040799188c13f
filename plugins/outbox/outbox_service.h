// The outgoing deliveries as others see them: putting one in, looking at them, trying one again,
// forgetting old ones.
//
// Thread-safety: add_channel() while plugins are constructed; the rest from any thread. What the
// constructor takes must outlive it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "channels.h"
#include "kitchen/clock.h"
#include "kitchen/outbox.h"
#include "kitchen/random.h"
#include "kitchen/tracing.h"
#include "outbox_repository.h"

namespace kitchen::outbox {

struct OutboxHooks {
    /// Is told the id of each delivery that now waits, after the commit.
    std::function<void(std::int64_t)> written = {};
    /// Is told of each new channel while it is constructed, and makes it run.
    std::function<void(Setup&, OpenChannel&)> opened = {};
};

class OutboxService : public Outbox {
public:
    /// A delivery that waits longer than that makes check() fail.
    static constexpr std::chrono::minutes patience{15};

    OutboxService(Store& store, const Clock& clock, Random& random, Tracing& tracing,
                  const OutboxRepository& deliveries, Channels& channels, OutboxHooks hooks = {})
        : store_(store),
          clock_(clock),
          random_(random),
          tracing_(tracing),
          deliveries_(deliveries),
          channels_(channels),
          hooks_(std::move(hooks)) {}

    Status enqueue(Transaction& tx, std::string_view channel, const Delivery& delivery) override;
    void add_channel(Setup& setup, std::string name, Channel channel) override;
    Result<std::vector<std::string>> keys(Transaction& tx, std::string_view channel,
                                          std::string_view key_start) override;

    Result<DeliveryPage> list(const DeliveryFilter& filter, std::int64_t limit,
                              std::int64_t offset);
    /// Errors: not_found "delivery_not_found"; conflict "delivery_not_dead" when it waits anyway,
    /// or was sent and what it said is gone.
    Result<StoredDelivery> retry(std::int64_t id);
    /// All dead ones of a channel; how many.
    Result<std::int64_t> retry_dead(std::string_view channel);

    /// Deletes what has been sent or dead for longer than `kept`; how many.
    Result<std::int64_t> sweep(std::chrono::milliseconds kept);
    /// How many wait in a channel.
    Result<std::int64_t> waiting(std::string_view channel);
    /// Error: unavailable "deliveries_delayed" when one of a channel whose plugin is on has waited
    /// for longer than `patience`; what the store says.
    Status check();

private:
    Store& store_;
    const Clock& clock_;
    Random& random_;
    Tracing& tracing_;
    const OutboxRepository& deliveries_;
    Channels& channels_;
    const OutboxHooks hooks_;
};

}  // namespace kitchen::outbox
