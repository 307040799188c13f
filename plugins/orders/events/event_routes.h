// HTTP to streams of events: GET /orders/{id}/events/ and GET /orders/events/.
//
// Thread-safety: the handlers run on many threads at once.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "events/client_stream.h"
#include "events/event_hub.h"
#include "events/order_feed.h"
#include "kitchen/plugin.h"
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
    /// outlive them.
    EventRoutes(const EventStreamOptions& options, Setup& setup, EventHub& hub, OrderFeed& feed,
                OrderService& orders, const Clock& clock, Random& random);
    EventRoutes(const EventRoutes&) = delete;
    EventRoutes& operator=(const EventRoutes&) = delete;

private:
    Result<http::Response> one_order(http::Request& request);
    Result<http::Response> all_orders(http::Request& request);

    std::shared_ptr<ClientStream> new_stream(ClientStream::Ids ids, Actor actor) const;
    http::Response response(std::shared_ptr<ClientStream> stream,
                            Listeners::Registration registration, std::string first,
                            std::int64_t last, bool then_end) const;

    const EventStreamOptions options_;
    EventHub& hub_;
    OrderFeed& feed_;
    OrderService& orders_;
    const Clock& clock_;
    Random& random_;
};

}  // namespace kitchen::orders
