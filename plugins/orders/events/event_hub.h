// Brings changes of orders to those who listen in this process: at once when the change was made
// here or a message of it came from another replica, and otherwise, when that message was lost, at
// the next poll. The store is the truth; messages only say when to look.
//
// One reading of the feed serves all listeners. Nothing is read while there are none.
//
// Thread-safety: all calls, from any thread, except open() and close(), which come from one.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "events/listeners.h"
#include "events/order_feed.h"
#include "kitchen/cache.h"
#include "kitchen/jobs.h"
#include "kitchen/log.h"
#include "kitchen/random.h"

namespace kitchen::orders {

class EventHub {
public:
    /// `cache` nullptr: the only replica, or one that learns of the others' changes by polling. All
    /// must outlive this.
    EventHub(OrderFeed& feed, Jobs& jobs, Cache* cache, Random& random, Logger& log,
             ListenerLimits limits);

    /// Hears of other replicas' changes from now on.
    void open();
    /// Ends all listeners, and hears no more: no call is under way when it returns.
    void close();

    /// Everything that is committed from the moment this returns reaches the listener, and perhaps
    /// some of what was before. Reads the store. Errors: those of Listeners::add() and of the
    /// store.
    Result<Listeners::Registration> join(std::int64_t user_id, std::optional<std::int64_t> order_id,
                                         Listeners::Pointer listener);

    /// An order has changed, durably: for Transaction::after_commit(). Posts a job.
    void changed();
    /// Reads what is new, if there are listeners; otherwise keeps the feed numbered. For a periodic
    /// job.
    void poll();
    /// Lets all listeners do what is due, having asked once for each who listens whether they still
    /// may. For a periodic job.
    void beat(const std::function<bool(const Principal&)>& is_current);

    std::size_t listeners() const { return listeners_.count(); }

private:
    static constexpr std::int64_t page_size = 200;
    static constexpr const char* channel = "orders:changed";

    void wake();
    void deliver();
    void deliver_once();
    void tell_others();
    /// Where to read on; nothing without listeners.
    std::optional<std::int64_t> cursor();
    /// False when another thread has set the cursor meanwhile.
    bool move_cursor(std::int64_t from, std::int64_t to);
    void dispatch(const OrderEvent& event);
    void note(const Error& error);

    OrderFeed& feed_;
    Jobs& jobs_;
    Cache* const cache_;
    Logger& log_;
    const std::string replica_;  // what this process's messages say, so that it leaves them alone
    Listeners listeners_;
    std::shared_ptr<void> subscription_;
    std::atomic<bool> others_to_tell_{false};

    std::mutex mutex_;
    std::optional<std::int64_t> cursor_;  // position up to which everything was dispatched
    bool posted_ = false, running_ = false,
         again_ = false;  // at most one delivery runs, and one waits
};

}  // namespace kitchen::orders
