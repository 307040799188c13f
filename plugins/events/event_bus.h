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
    /// Delivers nothing new, for good.
    void close();

    /// Of one of the loaded plugins, as this process saw it last.
    struct Standing {
        std::int64_t behind = 0;  ///< events after its position
        bool is_parked = false;
    };
    std::vector<std::string> subscribers() const;
    Standing standing(const std::string& subscriber) const;
    bool is_parked(const Subscription& subscription) const;
    /// Lets a subscriber try again now. Error: not_found "subscriber_not_found".
    Status resume(std::string_view subscriber);

protected:
    void declare_event(std::string_view plugin, std::string_view event) override;
    Status emit_event(Transaction& tx, std::string_view event, std::string data) override;
    void subscribe(std::string_view plugin, std::string_view subscriber, std::string_view event,
                   Handler handler) override;

private:
    enum class State : std::uint8_t { constructed, open, closed };
    struct Subscriber {
        std::map<std::string, Handler, std::less<>> handlers;  ///< by event
        std::mutex delivering;
        std::atomic<bool> posted{false};  ///< a job is waiting
        std::atomic<bool> again{false};   ///< there may be more than the delivery under way saw
        std::atomic<std::int64_t> behind{0};
        std::atomic<bool> is_parked{false};
    };

    void wake();
    void post(const std::string& name, Subscriber& subscriber);
    void deliver(const std::string& name, Subscriber& subscriber);
    /// Handles what is due, up to some batches.
    void handle_due(const std::string& name, Subscriber& subscriber);
    Result<bool> is_due(const std::string& name, Subscriber& subscriber);
    /// Handles the next events, at most `limit`, in one transaction; how many. `position` becomes
    /// the one before them.
    Result<std::int64_t> handle(const std::string& name, const Subscriber& subscriber,
                                std::int64_t limit, std::int64_t& position);
    Status call(const Subscriber& subscriber, Transaction& tx, const StoredEvent& event) const;
    void note_failure(const std::string& name, Subscriber& subscriber, std::int64_t position,
                      const Error& error);

    Store& store_;
    EventLog& log_;
    Jobs& jobs_;
    const Clock& clock_;
    Random& random_;
    Logger& logger_;
    const DeliveryRules rules_;
    std::map<std::string, std::string, std::less<>> declared_;  ///< event → plugin
    std::map<std::string, std::unique_ptr<Subscriber>, std::less<>> subscribers_;
    std::atomic<State> state_{State::constructed};
};

}  // namespace kitchen::events
