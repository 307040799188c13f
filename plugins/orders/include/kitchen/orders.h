// orders/1: an order as it was placed and as it stands, for plugins that tell of it. Published by
// the plugin that owns the orders; what happens to them are the events of kitchen/order_events.h.
//
// Amounts are integer minor units.
// Thread-safety: plain values and pure functions; Orders: all calls, from any thread. Ownership:
// the provider's plugin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/checkout_step.h"
#include "kitchen/json.h"
#include "kitchen/result.h"
#include "kitchen/store.h"
#include "kitchen/time.h"

namespace kitchen {

enum class OrderState : std::uint8_t {
    pending,
    confirmed,
    preparing,
    ready,
    out_for_delivery,
    completed,
    cancelled
};

inline constexpr std::string_view order_state_texts[] = {
    "pending", "confirmed", "preparing", "ready", "out_for_delivery", "completed", "cancelled"};

/// Every name, in the order of the enumeration.
inline std::vector<std::string> names_of(OrderState) {
    return {std::begin(order_state_texts), std::end(order_state_texts)};
}

inline std::string_view to_text(OrderState state) {
    return order_state_texts[static_cast<std::size_t>(state)];
}

/// For people: "is being prepared".
inline std::string_view phrase_of(OrderState state) {
    switch (state) {
        case OrderState::pending: return "waiting for the kitchen";
        case OrderState::confirmed: return "confirmed";
        case OrderState::preparing: return "being prepared";
        case OrderState::ready: return "ready";
        case OrderState::out_for_delivery: return "on its way";
        case OrderState::completed: return "completed";
        case OrderState::cancelled: return "cancelled";
    }
    return "";
}

struct OrderSide {
    std::int64_t food_id = 0;
    std::string name;
    std::int64_t price = 0;
};

struct OrderItem {
    std::int64_t food_id = 0;
    std::string name;
    std::int64_t unit_price = 0;  ///< food and sides together
    std::int64_t quantity = 0;
    std::vector<OrderSide> side_proteins, extra_sides;
    std::string special_instructions;  ///< "" for none
    std::int64_t line_total = 0;
    std::int64_t discount = 0;  ///< its share of the order's discount
};

struct Price {
    std::int64_t subtotal = 0;
    std::int64_t delivery_fee = 0;
    std::int64_t service_fee = 0;
    std::int64_t tax = 0;
    std::int64_t tip = 0;
    std::int64_t discount = 0;
    std::int64_t total =
        0;  ///< subtotal + delivery_fee + service_fee + tax + tip − discount, exactly
};

/// Who looks at an order, or moved it. The role decides what may be seen and done.
struct Viewer {
    std::int64_t user_id = 0;
    std::string role;
};

struct HistoryEntry {
    std::optional<OrderState> from;  ///< nothing: the order was placed
    OrderState to = OrderState::pending;
    Viewer by;
    Timestamp at;
    std::string reason;  ///< "" for none
};

struct Order {
    std::int64_t id = 0;
    std::int64_t user_id = 0;
    OrderState status = OrderState::pending;
    std::string payment_status = "unpaid";
    Fulfillment fulfillment = Fulfillment::pickup;
    std::vector<OrderItem> items;
    Price price;
    std::vector<PriceAmount> amounts;  ///< what the steps added, of which the price is the sum
    std::string currency;              ///< ISO 4217
    Json address;  ///< as GET /orders/{id}/ shows it; null: picked up, or none was given
    std::string contact_name;  ///< "" when it was not said
    std::string contact_phone;
    std::string delivery_instructions;  ///< "" for none
    std::optional<Timestamp> scheduled_for;
    std::string cancel_reason;  ///< "" for none
    std::int64_t version = 1;
    Timestamp created_at, updated_at;
    std::vector<HistoryEntry> history;  ///< oldest first; one a version
};

class Orders {
public:
    using Interface = Orders;
    static constexpr std::string_view interface_name = "orders/1";
    virtual ~Orders() = default;

    /// The order as it was at that version, nothing when there is no such version: what it says
    /// besides its state never changes. Errors: those of the store.
    virtual Result<std::optional<Order>> at_version(Transaction& tx, std::int64_t order_id,
                                                    std::int64_t version) = 0;

    /// The newest completed order of that user that holds the food, as an item or as a side.
    /// Errors: those of the store.
    virtual Result<std::optional<std::int64_t>> completed_with(Transaction& tx,
                                                               std::int64_t user_id,
                                                               std::int64_t food_id) = 0;
};

}  // namespace kitchen
