// Turns a cart into an order, and tells what that would cost.
//
// place() is one transaction over the cart, the catalogue and the orders: the cart is emptied,
// stock is taken for foods and sides of all lines, names and prices are frozen, the order is
// written, its mail goes into the outbox, and its id is kept under the idempotency key; or nothing
// happens.
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
        std::chrono::hours(24);   ///< how long a key is kept
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

/// What an order keeps of a line of the cart.
OrderItem order_item(const CartLine& line);

struct Quote {
    CartContents cart;
    Price price;
    std::optional<Address> address;  ///< where it would go
    std::vector<Fault> problems;     ///< all that would stop the checkout; pointers into the quote
                                     ///< ("/lines/0/food", "/address")
};

struct Placed {
    Order order;            ///< as it was placed: at version 1
    bool replayed = false;  ///< by an earlier request with the same key
};

class CheckoutService {
public:
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
    /// "idempotency_key_in_use"; forbidden when the account is closed.
    Result<Placed> place(const CheckoutRequest& request,
                         const std::optional<IdempotentRequest>& idempotency);

    /// Forgets old idempotency records; how many.
    Result<std::int64_t> sweep();

private:
    /// The order that an earlier request has placed.
    Result<Placed> replayed(Transaction& tx, std::int64_t order_id) const;
    /// The buyer's. Error: forbidden "account_closed".
    Result<Account> open_account(Transaction& tx, std::int64_t user_id) const;
    Result<Order> draft(Transaction& tx, const CheckoutRequest& request, const CartContents& cart,
                        const Account& account, Timestamp now) const;
    Status take_stock(Transaction& tx, const CartContents& cart, const Order& order) const;

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
