// Who watches which orders in this process, and how many may.
//
// Thread-safety: all calls, from any thread; one mutex, held for no longer than a look into a
// table. A listener is called, and let go, without it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "events/order_event.h"
#include "kitchen/principal.h"
#include "kitchen/result.h"

namespace kitchen::orders {

/// Told of changes on the threads of jobs. Calls must not block; they may come on several threads
/// at once.
class OrderListener {
public:
    virtual ~OrderListener() = default;
    /// Changes of one order come in the order of their versions, all changes in that of their
    /// positions; one may come that is known already.
    virtual void on_event(const OrderEvent& event) = 0;
    /// Who listens; never changes.
    virtual const Principal& who() const noexcept = 0;
    /// From time to time, for what is due. `may_go_on`: it still has the right to listen.
    virtual void on_beat(bool may_go_on) = 0;
    /// Nothing more will come.
    virtual void end() noexcept = 0;
};

struct ListenerLimits {
    std::size_t all = 1000;
    std::size_t per_user = 10;
};

class Listeners {
public:
    using Pointer = std::shared_ptr<OrderListener>;
    /// The listener is on the list for as long as this lives. May outlive the list.
    using Registration = std::shared_ptr<void>;

    explicit Listeners(ListenerLimits limits);
    ~Listeners();

    /// `order_id` nothing: every order. Errors: too_many_requests "too_many_streams_of_user",
    /// unavailable "too_many_streams"; after close() unavailable "closing".
    Result<Registration> add(std::int64_t user_id, std::optional<std::int64_t> order_id,
                             Pointer listener);
    /// Those of that order and those of all.
    std::vector<Pointer> of(std::int64_t order_id) const;
    std::vector<Pointer> all() const;
    std::size_t count() const;
    /// Ends all, and lets no others in any more.
    void close();

private:
    struct Table;
    const std::shared_ptr<Table> table_;
};

}  // namespace kitchen::orders
