// The events of orders, for subscribers of events/1.
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kitchen/http/body.h"
#include "kitchen/time.h"

namespace kitchen {

struct OrderPlaced {
    static constexpr std::string_view event_name = "order.placed/1";
    std::int64_t order_id = 0;
    std::int64_t user_id = 0;
    std::int64_t total = 0;  ///< minor units
    std::string currency;    ///< ISO 4217
    Timestamp at;

    static void describe(http::BodyFields<OrderPlaced>& field) {
        field("order_id", &OrderPlaced::order_id);
        field("user_id", &OrderPlaced::user_id);
        field("total", &OrderPlaced::total);
        field("currency", &OrderPlaced::currency);
        field("at", &OrderPlaced::at);
    }
};

struct OrderMoved {
    static constexpr std::string_view event_name = "order.moved/1";
    std::int64_t order_id = 0;
    std::int64_t user_id = 0;  ///< whose order it is
    std::int64_t version = 0;  ///< of the order from then on
    std::string from, to;      ///< as in the order's status: "pending", "cancelled"
    Timestamp at;

    static void describe(http::BodyFields<OrderMoved>& field) {
        field("order_id", &OrderMoved::order_id);
        field("user_id", &OrderMoved::user_id);
        field("version", &OrderMoved::version);
        field("from", &OrderMoved::from);
        field("to", &OrderMoved::to);
        field("at", &OrderMoved::at);
    }
};

}  // namespace kitchen
