#include "events/event_hub.h"

#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace kitchen::orders {

EventHub::EventHub(OrderFeed& feed, Jobs& jobs, Cache* cache, Random& random, Logger& log,
                   ListenerLimits limits)
    : feed_(feed),
      jobs_(jobs),
      cache_(cache),
      log_(log),
      replica_(random.hex(8)),
      listeners_(limits) {}

void EventHub::open() {
    if (!cache_) return;
    subscription_ = cache_->subscribe(channel, [this](std::string_view replica) {
        if (replica != replica_ && listeners_.count() > 0) wake();
    });
}

void EventHub::close() {
    listeners_.close();
    subscription_.reset();
}

Result<Listeners::Registration> EventHub::join(std::int64_t user_id,
                                               std::optional<std::int64_t> order_id,
                                               Listeners::Pointer listener) {
    Result<Listeners::Registration> registration = Error(Errc::internal, "", "");
    {
        // cursor() forgets the cursor of an empty house under the same mutex: a reader that finds
        // one here finds one that is kept.
        const std::lock_guard lock(mutex_);
        registration = listeners_.add(user_id, order_id, std::move(listener));
        if (!registration || cursor_) return registration;
    }
    Result<std::int64_t> head = feed_.head();
    if (!head) return std::move(head).error();
    {
        const std::lock_guard lock(mutex_);
        if (!cursor_) cursor_ = *head;
    }
    wake();  // for what was not delivered while there was no cursor
    return registration;
}

void EventHub::changed() {
    others_to_tell_ = cache_ != nullptr;
    wake();
}

void EventHub::wake() {
    {
        const std::lock_guard lock(mutex_);
        if (running_) again_ = true;
        if (running_ || std::exchange(posted_, true)) return;
    }
    if (jobs_.post("orders: deliver events", [this] { deliver(); })) return;
    const std::lock_guard lock(mutex_);
    posted_ = false;  // the next poll does it
}

void EventHub::deliver() {
    {
        const std::lock_guard lock(mutex_);
        posted_ = false;
        if (running_) again_ = true;
        if (std::exchange(running_, true)) return;
    }
    for (bool more = true; more;) {
        try {
            deliver_once();
            tell_others();
        } catch (...) {
            const std::lock_guard lock(mutex_);
            running_ = again_ = false;
            throw;
        }
        const std::lock_guard lock(mutex_);
        more = std::exchange(again_, false);
        running_ = more;
    }
}

void EventHub::deliver_once() {
    while (const std::optional<std::int64_t> from = cursor()) {
        const Result<FeedPage> page = feed_.after(*from, page_size);
        if (!page) return note(page.error());
        if (page->events.empty()) return;
        for (const OrderEvent& event : page->events) dispatch(event);
        if (!move_cursor(*from, page->events.back().position)) return;
        if (page->events.size() < page_size) return;
    }
}

void EventHub::dispatch(const OrderEvent& event) {
    for (const Listeners::Pointer& listener : listeners_.of(event.order_id)) {
        try {
            listener->on_event(event);
        } catch (...) {  // out of memory: one that has missed something goes, and comes back to
                         // where it was
            listener->end();
        }
    }
}

void EventHub::tell_others() {
    if (!others_to_tell_.exchange(false)) return;
    if (const Status told = cache_->publish(channel, replica_); !told)
        log_.debug("other replicas were not told of changed orders; they poll",
                   {{"code", told.error().code}});
}

std::optional<std::int64_t> EventHub::cursor() {
    const std::lock_guard lock(mutex_);
    if (listeners_.count() == 0) cursor_.reset();
    return cursor_;
}

bool EventHub::move_cursor(std::int64_t from, std::int64_t to) {
    const std::lock_guard lock(mutex_);
    if (cursor_ != from) return false;
    cursor_ = to;
    return true;
}

void EventHub::poll() {
    if (cursor()) return deliver();
    if (const Status numbered = feed_.number(); !numbered) note(numbered.error());
}

void EventHub::beat(const std::function<bool(const Principal&)>& is_current) {
    std::map<std::tuple<std::int64_t, std::string, std::string>, bool> asked;
    for (const Listeners::Pointer& listener : listeners_.all()) {
        const Principal& who = listener->who();
        const auto [known, is_new] = asked.try_emplace({who.user_id, who.role, who.token_id});
        if (is_new) known->second = is_current(who);
        listener->on_beat(known->second);
    }
}

void EventHub::note(const Error& error) {
    log_.warn("events of orders could not be read",
              {{"code", error.code}, {"detail", error.detail}});
}

}  // namespace kitchen::orders
