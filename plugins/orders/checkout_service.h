// Turns a cart into an order, and tells what that would cost.
//
// place() is one transaction over the cart, the catalogue and the orders: the cart is read and
// emptied, stock is taken for foods and sides of all lines, names and prices are frozen, the order
// is written, its mail goes into the outbox, and the answer is kept under the idempotency key; or
// nothing happens.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "destination.h"
#include "idempotency.h"
#include "kitchen/cart.h"
#include "kitchen/catalog.h"
#include "kitchen/clock.h"
#include "kitchen/identity.h"
#include "order.h"
#include "order_mails.h"
#include "order_repository.h"

namespace kitchen::orders {

struct CheckoutRules {
    Fees fees;
    std::chrono::milliseconds schedule_window =
        std::chrono::hours(24 * 14);  ///< how far ahead an order may be scheduled
    std::chrono::milliseconds idempotency_window =
        std::chrono::hours(24);   ///< how long an answer is kept
    bool require_address = true;  ///< of a delivery, where there is an address book
};

struct CheckoutRequest {
    Viewer buyer;
    Fulfillment fulfillment = Fulfillment::pickup;
    std::optional<std::int64_t> address_id;  ///< nothing: the default address
    std::optional<std::string>
        contact_phone;  ///< as people write it; nothing: the address's, or else the account's
    std::string delivery_instructions;  ///< "": the address's
    std::optional<Timestamp> scheduled_for;
    std::int64_t tip = 0;
    std::optional<std::int64_t> expected_total;
};

struct Quote {
    CartContents cart;
    Price price;
    std::optional<Address> address;  ///< where it would go
    std::vector<Fault> problems;     ///< all that would stop the checkout; pointers into the quote
                                     ///< ("/lines/0/food", "/address")
};

struct Placed {
    std::int64_t order_id = 0;
    std::string answer;     ///< what `render` made of the order, now or the first time
    bool replayed = false;  ///< the order was placed by an earlier request with the same key
};

class CheckoutService {
public:
    /// Makes the answer of an order just placed. May be called more than once for one request.
    using Render = std::function<std::string(const Order&)>;

    /// `mails`, `addresses`: nullptr for none. `placed` is called after the commit of each order.
    CheckoutService(Store& store, Carts& carts, Catalog& catalog, Identity& identity,
                    const Clock& clock, const OrderRepository& orders,
                    const IdempotencyRepository& idempotency, CheckoutRules rules,
                    const OrderMails* mails = nullptr, Addresses* addresses = nullptr,
                    std::function<void()> placed = {});

    /// Errors: those of Destinations::find, save that a missing address is a problem of the quote.
    Result<Quote> quote(std::int64_t user_id, Fulfillment fulfillment, std::int64_t tip,
                        std::optional<std::int64_t> address_id = {});

    /// Errors: unprocessable "cart_empty", "idempotency_key_reused", or a field's; those of
    /// Destinations::find; conflict "items_unavailable" with every line that cannot be had
    /// (pointers into the cart: "/items/0/food"), "total_changed" with the member `total`,
    /// "cart_changed" when the cart was changed meanwhile, "idempotency_key_in_use"; forbidden when
    /// the account is closed.
    Result<Placed> place(const CheckoutRequest& request,
                         const std::optional<IdempotentRequest>& idempotency, const Render& render);

    /// Forgets old idempotency records; how many.
    Result<std::int64_t> sweep();

private:
    Result<Order> draft(Transaction& tx, const CheckoutRequest& request, const CartContents& cart,
                        Timestamp now) const;
    Status take_stock(Transaction& tx, const CartContents& cart, const Order& order) const;
    /// Empties the cart that was read; conflict when somebody changed it in between.
    Status empty_cart(Transaction& tx, const CartContents& cart, std::int64_t user_id) const;

    Store& store_;
    Carts& carts_;
    Catalog& catalog_;
    Identity& identity_;
    const Clock& clock_;
    const OrderRepository& orders_;
    const IdempotencyRepository& idempotency_;
    CheckoutRules rules_;
    const OrderMails* mails_;
    Destinations destinations_;
    const std::function<void()> placed_;
};

}  // namespace kitchen::orders
