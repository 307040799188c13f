// An order, as it was placed and as it stands.
//
// Thread-safety: plain values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kitchen/catalog.h"
#include "kitchen/json.h"
#include "kitchen/time.h"
#include "order_state.h"
#include "pricing.h"

namespace kitchen::orders {

/// Who asks. The role decides what may be seen and done.
struct Viewer {
    std::int64_t user_id = 0;
    std::string role;

    Actor actor() const {
        return role == "kitchen" || role == "admin" ? Actor::staff : Actor::customer;
    }
};

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
    std::vector<std::string> claims;   ///< names of what the steps claimed; written, not read
    std::string currency;
    Json address;  ///< as order_address() made it when the order was placed; null: picked up, or
                   ///< none was given
    std::string contact_phone;
    std::string delivery_instructions;  ///< "" for none
    std::optional<Timestamp> scheduled_for;
    std::string cancel_reason;  ///< "" for none
    std::int64_t version = 1;
    Timestamp created_at, updated_at;
    std::vector<HistoryEntry> history;  ///< oldest first; one a version
};

/// The order as it was at that version (1 to order.version): what it says besides its state never
/// changes.
Order at_version(Order order, std::int64_t version);

/// The stock that the order holds: portions of foods and sides of all items, one entry a food, ids
/// ascending.
std::vector<Portion> portions_of(const Order& order);

/// What the stock journal and the claims call the order: "order 12".
std::string reference_of(std::int64_t order_id);
inline constexpr std::string_view every_reference = "order %";  ///< a pattern of SQL's LIKE
/// The other way round; nothing for another text.
std::optional<std::int64_t> order_of_reference(std::string_view reference);

}  // namespace kitchen::orders
