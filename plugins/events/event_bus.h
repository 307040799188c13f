// Brings events to their subscribers. See kitchen/events.h.
//
// Thread-safety: declare() and on() before open(), on one thread; the rest from any thread. What
// the constructor takes must outlive it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "event_log.h"
#include "kitchen/backoff.h"
#include "kitchen/clock.h"
#include "kitchen/events.h"
#include "kitchen/jobs.h"
#include "kitchen/log.h"
#include "kitchen/random.h"

namespace kitchen::events {

struct DeliveryRules {
    std::int64_t max_attempts = 20;  ///< then a subscriber is parked
    Backoff backoff{std::chrono::milliseconds(200), std::chrono::minutes(5)};
};

class EventBus final : public Events {
public:
    EventBus(Store& store, EventLog& log, Jobs& jobs, const Clock& clock, Random& random,
             Logger& logger, DeliveryRules rules);

    /// Makes the subscribers known to the store. Delivers nothing yet: their plugins start later.
    Status open();
    /// Once all plugins have started, and from then on again and again: delivers what is due.
    void poll();
    /// Delivers nothing new.
    void close();

    /// Brings one subscriber up to date on this thread: false when another thread is doing that.
    bool deliver(std::string_view subscriber);

    /// Of one of the loaded plugins, as this process saw it last.
    struct Standing {
        std::string name;
        std::int64_t behind = 0;  ///< events after its position
        bool is_parked = false;
    };
    std::vector<Standing> standings() const;
    bool is_parked(const Subscription& subscription) const;
    /// Lets a subscriber try again now. Error: not_found "subscriber_not_found".
    Status resume(std::string_view subscriber);

protected:
    void declare_event(std::string_view plugin, std::string_view event) override;
    Status emit_event(Transaction& tx, std::string_view event, std::string data) override;
    void subscribe(std::string_view plugin, std::string_view subscriber, std::string_view event,
                   Handler handler) override;

private:
    struct Subscriber {
        std::map<std::string, Handler, std::less<>> handlers;  ///< by event
        std::mutex delivering;
        std::atomic<bool> posted{false};
        std::atomic<std::int64_t> behind{0};
        std::atomic<bool> is_parked{false};
    };

    void wake();
    /// Handles the next events, at most `limit`, in one transaction; how many.
    Result<std::int64_t> handle(const std::string& name, const Subscriber& subscriber,
                                std::int64_t limit);
    Status call(const Subscriber& subscriber, Transaction& tx, const StoredEvent& event) const;
    void note_failure(const std::string& name, const Error& error);
    Result<bool> is_due(const std::string& name, Subscriber& subscriber);

    Store& store_;
    EventLog& log_;
    Jobs& jobs_;
    const Clock& clock_;
    Random& random_;
    Logger& logger_;
    const DeliveryRules rules_;
    std::map<std::string, std::string, std::less<>> declared_;  ///< event → plugin
    std::map<std::string, std::unique_ptr<Subscriber>, std::less<>> subscribers_;
    std::atomic<bool> open_{false};
};

}  // namespace kitchen::events
