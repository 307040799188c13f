// HTTP to streams of events: GET /orders/{id}/events/ and GET /orders/events/.
//
// Thread-safety: declare() and serve() during configure and start; the handlers then on many
// threads at once.
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
    /// Adds the routes. They answer once serve() has been called.
    void declare(Setup& setup);
    /// All must outlive the routes.
    void serve(const EventStreamOptions& options, EventHub& hub, OrderFeed& feed,
               OrderService& orders, const Clock& clock, Random& random);

private:
    Result<http::Response> one_order(http::Request& request);
    Result<http::Response> all_orders(http::Request& request);

    std::shared_ptr<ClientStream> new_stream(ClientStream::Ids ids, Actor actor) const;
    http::Response answer(std::shared_ptr<ClientStream> stream, Listeners::Seat seat,
                          std::string first, std::int64_t last, bool then_end) const;

    EventStreamOptions options_;
    EventHub* hub_ = nullptr;
    OrderFeed* feed_ = nullptr;
    OrderService* orders_ = nullptr;
    const Clock* clock_ = nullptr;
    Random* random_ = nullptr;
};

}  // namespace kitchen::orders
