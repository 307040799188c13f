#include "event_bus.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace kitchen::events {
namespace {

/// Handled in one transaction. When one of them fails, each is tried by itself.
constexpr std::int64_t handled_at_once = 100;
/// One job handles so many batches, and then lets others have its thread.
constexpr int batches_at_once = 20;
/// So many subscribers are served at once.
constexpr unsigned delivering_threads = 2;

/// A store or service that is only away, or busy, comes back: that parks no subscriber.
bool counts(const Error& error) {
    return error.kind != Errc::unavailable && error.kind != Errc::busy &&
           error.kind != Errc::storage_full;
}

bool is_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

}  // namespace

EventBus::EventBus(Store& store, EventLog& log, Jobs& jobs, const Clock& clock, Random& random,
                   Logger& logger, DeliveryRules rules)
    : store_(store),
      log_(log),
      jobs_(jobs.queue("events", delivering_threads)),
      clock_(clock),
      random_(random),
      logger_(logger),
      rules_(rules) {}

void EventBus::declare_event(std::string_view plugin, std::string_view event) {
    const auto [declared, is_new] = declared_.emplace(event, plugin);
    if (!is_new)
        throw std::logic_error("it declares the event " + std::string(event) + ", which plugin '" +
                               declared->second + "' has declared");
}

Status EventBus::emit_event(Transaction& tx, std::string_view event, std::string data) {
    if (!declared_.contains(event))
        throw std::logic_error("the event " + std::string(event) +
                               " was emitted, and no plugin has declared it");
    if (Status added = log_.add(tx, event, data, clock_.now()); !added) return added;
    tx.after_commit([this] { wake(); });
    return {};
}

void EventBus::subscribe(std::string_view plugin, std::string_view subscriber,
                         std::string_view event, Handler handler) {
    if (!is_name(subscriber))
        throw std::logic_error("its subscriber '" + std::string(subscriber) +
                               "' is not named in lower-case letters, digits and '-'");
    const std::string name = std::string(plugin) + '.' + std::string(subscriber);
    std::unique_ptr<Subscriber>& known = subscribers_[name];
    if (!known) known = std::make_unique<Subscriber>();
    if (!known->handlers.emplace(event, std::move(handler)).second)
        throw std::logic_error("its subscriber '" + std::string(subscriber) + "' handles " +
                               std::string(event) + " twice");
}

Status EventBus::open() {
    for (const auto& [name, subscriber] : subscribers_)
        for (const auto& [event, handler] : subscriber->handlers)
            if (!declared_.contains(event))
                logger_.warn("no plugin declares this event",
                             {{"event", event}, {"subscriber", name}});
    Status known = store_.transact([&](Transaction& tx) -> Status {
        for (const auto& [name, subscriber] : subscribers_)
            if (Status added = log_.add_subscriber(tx, name); !added) return added;
        return {};
    });
    return known;
}

void EventBus::poll() {
    State expected = State::constructed;
    state_.compare_exchange_strong(expected, State::open);
    wake();
}

void EventBus::close() { state_ = State::closed; }

void EventBus::wake() {
    for (const auto& [name, subscriber] : subscribers_) post(name, *subscriber);
}

void EventBus::post(const std::string& name, Subscriber& subscriber) {
    if (state_ != State::open || subscriber.posted.exchange(true)) return;
    const bool is_taken = jobs_.post("events: " + name, [this, &name, &subscriber] {
        subscriber.posted = false;
        deliver(name, subscriber);
    });
    if (!is_taken) subscriber.posted = false;  // the next poll does it
}

void EventBus::deliver(const std::string& name, Subscriber& subscriber) {
    subscriber.again = true;
    do {
        const std::unique_lock only_one(subscriber.delivering, std::try_to_lock);
        if (!only_one) return;  // the one who delivers looks again
        while (subscriber.again.exchange(false)) handle_due(name, subscriber);
    } while (subscriber.again);
}

void EventBus::handle_due(const std::string& name, Subscriber& subscriber) {
    if (Status numbered = log_.number(); !numbered) {
        logger_.warn("events were not numbered", {{"code", numbered.error().code}});
        return;
    }
    std::int64_t limit = handled_at_once, position = 0;
    for (int batches = 0; state_ == State::open; ++batches) {
        if (batches == batches_at_once) return post(name, subscriber);
        const Result<bool> due = is_due(name, subscriber);
        if (!due) {
            logger_.warn("events were not read", {{"code", due.error().code}});
            return;
        }
        if (!*due) return;
        const Result<std::int64_t> handled = handle(name, subscriber, limit, position);
        if (handled && *handled == 0) return;
        if (handled) continue;
        if (limit == 1) return note_failure(name, subscriber, position, handled.error());
        limit = 1;  // until this job ends
        batches = -static_cast<int>(handled_at_once);
    }
}

Result<bool> EventBus::is_due(const std::string& name, Subscriber& subscriber) {
    return store_.read<bool>([&](Transaction& tx) -> Result<bool> {
        Result<std::optional<Subscription>> at = log_.subscriber(tx, name);
        if (!at) return std::move(at).error();
        Result<std::int64_t> head = log_.head(tx);
        if (!head) return head.error();
        if (!*at) return false;
        subscriber.behind = *head - (*at)->position;
        subscriber.is_parked = is_parked(**at);
        return (*at)->position < *head && !is_parked(**at) && (*at)->due_at <= clock_.now();
    });
}

Result<std::int64_t> EventBus::handle(const std::string& name, const Subscriber& subscriber,
                                      std::int64_t limit, std::int64_t& position) {
    return store_.transact<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
        // Another replica may have been faster, or be at it: then this waits for its end.
        Result<std::optional<Subscription>> locked = log_.lock(tx, name);
        if (!locked) return std::move(locked).error();
        if (!*locked || is_parked(**locked) || (*locked)->due_at > clock_.now())
            return std::int64_t{0};
        Subscription at = **std::move(locked);
        position = at.position;
        Result<std::vector<StoredEvent>> events = log_.after(tx, at.position, limit);
        if (!events) return std::move(events).error();
        if (events->empty()) return std::int64_t{0};
        for (const StoredEvent& event : *events)
            if (Status handled = call(subscriber, tx, event); !handled)
                return std::move(handled).error();
        at.position = events->back().position;
        at.attempts = 0;
        at.error.clear();
        if (Status saved = log_.save(tx, at); !saved) return std::move(saved).error();
        return std::ssize(*events);
    });
}

Status EventBus::call(const Subscriber& subscriber, Transaction& tx,
                      const StoredEvent& event) const {
    const auto handler = subscriber.handlers.find(event.name);
    if (handler == subscriber.handlers.end()) return {};
    std::optional<Json> data = parse_json(event.data);
    if (!data)
        return Error(Errc::corrupt, "event_corrupt", "An event could not be read.")
            .with_subject("events.data");
    return handler->second(tx, {event.position, event.name, event.at, *std::move(data)});
}

void EventBus::note_failure(const std::string& name, Subscriber& subscriber, std::int64_t position,
                            const Error& error) {
    std::optional<Subscription> noted;
    std::chrono::milliseconds pause{0};
    const Status done = store_.transact([&](Transaction& tx) -> Status {
        noted.reset();
        Result<std::optional<Subscription>> locked = log_.lock(tx, name);
        if (!locked) return std::move(locked).error();
        // Another replica has handled it meanwhile: then it is no failure.
        if (!*locked || (*locked)->position != position) return {};
        Subscription at = **std::move(locked);
        if (counts(error)) ++at.attempts;
        at.error = error.code + ": " + error.detail;
        pause = rules_.backoff.half_jitter(std::max<std::int64_t>(1, at.attempts), random_);
        at.due_at = clock_.now() + pause;
        noted = at;
        return log_.save(tx, at);
    });
    if (!done) {
        logger_.warn("a failure of a subscriber was not noted",
                     {{"subscriber", name}, {"code", done.error().code}});
        return;
    }
    if (!noted) return;
    subscriber.is_parked = is_parked(*noted);
    const Logger::Fields fields = {{"subscriber", name},
                                   {"position", position + 1},
                                   {"attempts", noted->attempts},
                                   {"reason", noted->error}};
    if (is_parked(*noted)) {
        logger_.error("a subscriber is parked", fields);
        return;
    }
    logger_.warn("a subscriber failed", fields);
    // When this is not taken, a poll does it.
    (void)jobs_.post_after(pause, "events: " + name,
                           [this, &name, &subscriber] { post(name, subscriber); });
}

std::vector<std::string> EventBus::subscribers() const {
    std::vector<std::string> names;
    for (const auto& entry : subscribers_) names.push_back(entry.first);
    return names;
}

EventBus::Standing EventBus::standing(const std::string& subscriber) const {
    const Subscriber& found = *subscribers_.at(subscriber);
    return {found.behind, found.is_parked};
}

bool EventBus::is_parked(const Subscription& subscription) const {
    return subscription.attempts >= rules_.max_attempts;
}

Status EventBus::resume(std::string_view subscriber) {
    return store_.transact([&](Transaction& tx) -> Status {
        Result<std::optional<Subscription>> locked = log_.lock(tx, subscriber);
        if (!locked) return std::move(locked).error();
        if (!*locked)
            return Error(Errc::not_found, "subscriber_not_found",
                         "There is no subscriber '" + std::string(subscriber) + "'.");
        Subscription at = **std::move(locked);
        at.attempts = 0;
        at.due_at = Timestamp();
        return log_.save(tx, at);
    });
}

}  // namespace kitchen::events
