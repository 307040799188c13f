// events/1: what has happened, for plugins that act on it. An event is written in the transaction
// that did it; each subscriber handles it later, in a transaction that also moves the subscriber's
// position. So a handler acts exactly once in effect, on whichever replica it runs, misses nothing
// that was committed, and a plugin that is new or was off begins where it stopped, or at the first
// event there is.
//
//     struct OrderPlaced {
//         static constexpr std::string_view event_name = "order.placed/1";
//         std::int64_t order_id = 0;
//         static void describe(http::BodyFields<OrderPlaced>& field);  // as for a body, inline
//     };
//     // In the constructor of the plugin that does it, and where it does it:
//     events.declare<OrderPlaced>(setup);
//     events.emit(tx, OrderPlaced{12});
//     // In the constructor of one that acts on it:
//     events.on<OrderPlaced>(setup, "points", [this](Transaction& tx, const OrderPlaced& order) {
//         return points_.earn(tx, order);
//     });
//
// Events come in the order of their positions, which are given after the commit: those of one
// order, say, in the order in which they happened. A plugin's events with one subscriber's name
// share one position. A handler that fails is tried again, later and later; after
// `max_attempts` its subscriber is parked: it stays where it is, /health/ and /metrics say so, and
// the others go on.
//
// Events are kept, and read by plugins that were built with older headers: a member that is added
// later is optional, and none is taken away; otherwise the event gets a new number.
//
// Thread-safety: declare() and on() in constructors; emit() from any thread; the handlers of one
// subscriber one after another, on the jobs' threads. Ownership: the provider's plugin.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kitchen/http/body.h"
#include "kitchen/json.h"
#include "kitchen/plugin.h"
#include "kitchen/result.h"
#include "kitchen/store.h"
#include "kitchen/time.h"

namespace kitchen {

/// An event as it is kept.
struct EventRecord {
    std::int64_t position = 0;  ///< from 1; no two events have the same
    std::string name;           ///< "order.placed/1"
    Timestamp at;               ///< when it was emitted
    Json data;
};

class Events {
public:
    using Interface = Events;
    static constexpr std::string_view interface_name = "events/1";
    virtual ~Events() = default;

    /// Throws std::logic_error when another plugin has declared an event of that name.
    template <class Event>
    void declare(const Setup& setup) {
        declare_event(setup.plugin_id(), Event::event_name);
    }

    /// Throws std::logic_error when no plugin has declared the event. Errors: those of the store.
    template <class Event>
    Status emit(Transaction& tx, const Event& event) {
        return emit_event(tx, Event::event_name, http::body_json(event));
    }

    /// `subscriber`: its name in this plugin, in lower-case letters, digits and '-'. An error of
    /// the handler rolls its transaction back. The handler may run again for the same event when
    /// that transaction did not commit, so it acts through `tx` alone. Throws std::logic_error when
    /// the subscriber handles that event already.
    template <class Event, class Handle>
    void on(const Setup& setup, std::string_view subscriber, Handle handle) {
        on_record(setup, subscriber, Event::event_name,
                  [handle = std::move(handle), schema = http::schema_of<Event>().open()](
                      Transaction& tx, const EventRecord& record) -> Status {
                      std::vector<Fault> faults;
                      schema.validate(record.data, "", faults);
                      if (!faults.empty())
                          return Error(
                              Errc::corrupt, "event_misfit",
                              record.name + faults.front().pointer + ": " + faults.front().detail);
                      Event event;
                      http::read_body(record.data, event);
                      return handle(tx, event);
                  });
    }

    /// The same without its type, for a plugin that passes events on.
    using Handler = std::function<Status(Transaction& tx, const EventRecord& event)>;
    void on_record(const Setup& setup, std::string_view subscriber, std::string_view event,
                   Handler handler) {
        subscribe(
            setup.plugin_id(), subscriber, event,
            [handler = std::move(handler), guard = setup.guard(),
             plugin = std::string(setup.plugin_id())](Transaction& tx, const EventRecord& record) {
                return guard(plugin, record.name, [&] { return handler(tx, record); });
            });
    }

protected:
    virtual void declare_event(std::string_view plugin, std::string_view event) = 0;
    virtual Status emit_event(Transaction& tx, std::string_view event, std::string data) = 0;
    virtual void subscribe(std::string_view plugin, std::string_view subscriber,
                           std::string_view event, Handler handler) = 0;
};

}  // namespace kitchen
