#include "event_bus.h"

#include <exception>
#include <stdexcept>
#include <utility>

namespace kitchen::events {
namespace {

/// Handled in one transaction. When one of them fails, each is tried by itself.
constexpr std::int64_t handled_at_once = 100;

}  // namespace

EventBus::EventBus(Store& store, EventLog& log, Jobs& jobs, const Clock& clock, Random& random,
                   Logger& logger, DeliveryRules rules)
    : store_(store),
      log_(log),
      jobs_(jobs),
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
    open_ = true;
    wake();
}

void EventBus::close() { open_ = false; }

void EventBus::wake() {
    if (!open_) return;
    for (const auto& entry : subscribers_) {
        const std::string& name = entry.first;
        Subscriber& subscriber = *entry.second;
        if (subscriber.posted.exchange(true)) continue;
        const bool is_taken = jobs_.post("events: " + name, [this, &name, &subscriber] {
            subscriber.posted = false;
            deliver(name);
        });
        if (!is_taken) subscriber.posted = false;  // the next poll does it
    }
}

bool EventBus::deliver(std::string_view subscriber) {
    const auto found = subscribers_.find(subscriber);
    if (found == subscribers_.end()) return true;
    const std::string& name = found->first;
    const std::unique_lock only_one(found->second->delivering, std::try_to_lock);
    if (!only_one) {
        found->second->posted = false;
        return false;
    }
    if (Status numbered = log_.number(); !numbered) {
        logger_.warn("events were not numbered", {{"code", numbered.error().code}});
        return true;
    }
    std::int64_t limit = handled_at_once, singly = 0;
    while (open_) {
        const Result<bool> due = is_due(name, *found->second);
        if (due && !*due) return true;
        const Result<std::int64_t> handled =
            due ? handle(name, *found->second, limit) : Result<std::int64_t>(due.error());
        if (handled && *handled == 0) return true;
        if (!handled && limit == 1) {
            note_failure(name, handled.error());
            return true;
        }
        if (!handled) {
            limit = 1;
            singly = 0;
        } else if (++singly == handled_at_once) {
            limit = handled_at_once;
        }
    }
    return true;
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
                                      std::int64_t limit) {
    return store_.transact<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
        // Another replica may have been faster, or be at it: then this waits for its end.
        Result<std::optional<Subscription>> locked = log_.lock(tx, name);
        if (!locked) return std::move(locked).error();
        if (!*locked || is_parked(**locked)) return std::int64_t{0};
        Subscription at = **std::move(locked);
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
    const std::optional<Json> data = parse_json(event.data);
    if (!data)
        return Error(Errc::corrupt, "event_corrupt", "An event could not be read.")
            .with_subject("events.data");
    try {
        return handler->second(tx, *data);
    } catch (const std::exception& thrown) {
        return Error(Errc::internal, "event_handler_failed", thrown.what());
    }
}

void EventBus::note_failure(const std::string& name, const Error& error) {
    Subscription at;
    const Status noted = store_.transact([&](Transaction& tx) -> Status {
        Result<std::optional<Subscription>> locked = log_.lock(tx, name);
        if (!locked) return std::move(locked).error();
        if (!*locked) return {};
        at = **std::move(locked);
        // What is only away comes back; the rest is counted, until a person has to look.
        if (error.kind != Errc::unavailable) ++at.attempts;
        at.error = error.code + ": " + error.detail;
        const auto failures = std::max<std::int64_t>(1, at.attempts);
        at.due_at = clock_.now() + rules_.backoff.half_jitter(failures, random_);
        return log_.save(tx, at);
    });
    const std::string reason = error.code + ": " + error.detail;
    const Logger::Fields fields = {{"subscriber", name},
                                   {"position", at.position + 1},
                                   {"attempts", at.attempts},
                                   {"reason", reason}};
    if (noted && is_parked(at))
        logger_.error("a subscriber is parked", fields);
    else
        logger_.warn("a subscriber failed", fields);
}

std::vector<EventBus::Standing> EventBus::standings() const {
    std::vector<Standing> all;
    for (const auto& [name, subscriber] : subscribers_)
        all.push_back({name, subscriber->behind, subscriber->is_parked});
    return all;
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
