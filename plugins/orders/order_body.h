// The bodies of requests and responses for orders and quotes.
//
// Thread-safety: plain values and pure functions. A view lives no longer than what it shows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "checkout_service.h"
#include "events/order_event.h"
#include "kitchen/http/body.h"
#include "kitchen/http/request.h"
#include "order.h"

namespace kitchen::orders {

/// All but who asks.
void describe(http::BodyFields<QuoteRequest>& field);
void describe(http::BodyFields<CheckoutRequest>& field);

struct Cancellation {
    std::string reason;

    static void describe(http::BodyFields<Cancellation>& field);
};

struct StatusChange {
    OrderState status = OrderState::pending;
    std::string reason;

    static void describe(http::BodyFields<StatusChange>& field);
};

/// `actor` decides what stands under allowed_transitions.
struct OrderView {
    const Order& order;
    Actor actor;

    const Price& price() const { return order.price; }
    static void describe(http::BodyFields<OrderView>& field);
};
inline std::string order_json(const Order& order, Actor actor) {
    return http::body_json(OrderView{order, actor});
}

struct ReceiptView {
    const Order& order;

    const Price& price() const { return order.price; }
    static void describe(http::BodyFields<ReceiptView>& field);
};

struct ReorderView {
    const Carts::Filled& filled;

    static void describe(http::BodyFields<ReorderView>& field);
};

/// Who asks. A member of staff whose client was not given the scope of a role is a customer to us.
Viewer viewer_of(const http::Request& request);

struct EventView {
    const OrderEvent& event;
    Actor actor;

    static void describe(http::BodyFields<EventView>& field);
};

void describe(http::BodyFields<Explanation>& field);

struct QuoteView {
    const Quote& quote;

    const Price& price() const { return quote.price; }
    static void describe(http::BodyFields<QuoteView>& field);
};

}  // namespace kitchen::orders
