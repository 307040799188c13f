// HTTP to streams of events: GET /orders/{id}/events/, GET /orders/events/, and tickets for clients
// that cannot send a header: POST /orders/events/ticket/. Behind a stream stands who opened it, and
// the stream ends with their right to it.
//
// Thread-safety: the handlers run on many threads at once.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "events/client_stream.h"
#include "events/event_hub.h"
#include "events/order_feed.h"
#include "kitchen/cache.h"
#include "kitchen/identity.h"
#include "kitchen/plugin.h"
#include "kitchen/store.h"
#include "order_service.h"

namespace kitchen::orders {

struct EventStreamOptions {
    std::chrono::milliseconds max_age =
        std::chrono::hours(1);  ///< then the client has to come again, and to say who it is
    std::chrono::milliseconds retry =
        std::chrono::seconds(2);  ///< told to clients; spread by up to a half
};

class EventRoutes {
public:
    /// Adds the routes, which call back into this object: it must stay where it is. All must
    /// outlive them. Without a cache there are no tickets.
    EventRoutes(const EventStreamOptions& options, Setup& setup, Store& store, Identity& identity,
                Cache* cache, EventHub& hub, OrderFeed& feed, OrderService& orders,
                const Clock& clock, Random& random);
    EventRoutes(const EventRoutes&) = delete;
    EventRoutes& operator=(const EventRoutes&) = delete;

    /// Whether the client may go on listening. Also while the store is away: then nothing is known.
    bool is_current(const Principal& who) const;

private:
    Result<http::Response> one_order(http::Request& request);
    Result<http::Response> all_orders(http::Request& request);

    void declare_tickets(Setup& setup);
    Result<http::Response> give_ticket(const http::Request& request) const;
    /// Middleware: who gives a ticket in the query is whom it was given to.
    Result<http::Response> identify(http::Request& request, const http::Next& next) const;
    Result<Principal> take_ticket(std::string_view ticket) const;

    std::shared_ptr<ClientStream> new_stream(ClientStream::Ids ids,
                                             const http::Request& request) const;
    http::Response response(std::shared_ptr<ClientStream> stream,
                            Listeners::Registration registration, std::string first,
                            std::int64_t last, bool then_end) const;

    const EventStreamOptions options_;
    Store& store_;
    Identity& identity_;
    Cache* const cache_;
    EventHub& hub_;
    OrderFeed& feed_;
    OrderService& orders_;
    const Clock& clock_;
    Random& random_;
};

}  // namespace kitchen::orders
