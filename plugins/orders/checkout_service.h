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
#include <optional>
#include <string>
#include <vector>

#include "checkout_steps.h"
#include "destination.h"
#include "idempotency.h"
#include "kitchen/cart.h"
#include "kitchen/catalog.h"
#include "kitchen/claims.h"
#include "kitchen/clock.h"
#include "kitchen/identity.h"
#include "kitchen/version_check.h"
#include "order.h"
#include "order_notices.h"
#include "order_repository.h"

namespace kitchen::orders {

struct CheckoutRules {
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
    std::string contact_name;                ///< "": the recipient of the address
    std::optional<std::string>
        contact_phone;  ///< as people write it; nothing: the address's, or else the account's
    std::string delivery_instructions;  ///< "": the address's
    std::optional<Timestamp> scheduled_for;
    std::int64_t tip = 0;
    std::string promo_code;  ///< "" for none
    std::optional<std::int64_t> expected_total;
};

struct QuoteRequest {
    std::int64_t user_id = 0;
    Fulfillment fulfillment = Fulfillment::pickup;
    std::optional<std::int64_t> address_id;
    std::optional<Timestamp> scheduled_for;
    std::int64_t tip = 0;
    std::string promo_code;
};

/// What an order keeps of the lines of the cart.
std::vector<OrderItem> order_items(const CheckoutDraft& draft);

struct Quote {
    CheckoutDraft draft;
    Price price;
    std::vector<Fault> problems;  ///< all that would stop the checkout; pointers into the quote
                                  ///< ("/items/0/food", "/address")
};

/// Why a food can or cannot be ordered.
struct Explanation {
    std::int64_t food_id = 0;
    Fulfillment fulfillment = Fulfillment::pickup;
    Timestamp at;
    std::vector<Fault> problems;  ///< empty: it can be; pointers into the question ("/food_id")
};

struct Placed {
    Order order;            ///< as it was placed: at version 1
    bool replayed = false;  ///< by an earlier request with the same key
};

class CheckoutService {
public:
    /// `addresses`: nullptr for none.
    CheckoutService(Store& store, Carts& carts, Catalog& catalog, Identity& identity,
                    Claims& claims, const Clock& clock, const OrderRepository& orders,
                    const IdempotencyRepository& idempotency, const CheckoutSteps& steps,
                    const OrderNotices& notices, CheckoutRules rules,
                    Addresses* addresses = nullptr);

    /// What is wrong with the request itself, whatever is in the store: time, address and phone in
    /// one error. `may_be_repeated`: it may have been placed before, so its time may have passed.
    Status check(const CheckoutRequest& request, bool may_be_repeated) const;
    Status check(const QuoteRequest& request) const;

    /// Errors: those of Destinations::find, save that a missing address is a problem of the quote.
    Result<Quote> quote(const QuoteRequest& request);

    /// Of one portion of this food alone, at `at` or now. Error: not_found "food_not_found".
    Result<Explanation> explain(std::int64_t food_id, std::optional<Timestamp> at,
                                Fulfillment fulfillment);

    /// Errors: unprocessable "cart_empty", "idempotency_key_reused", or a field's; those of
    /// Destinations::find; conflict "items_unavailable" with every line that cannot be had
    /// (pointers into the cart: "/items/0/food"), "checkout_refused" with what the steps object to,
    /// "total_changed" with the members `total` and `currency`,
    /// "idempotency_key_in_use", "limit_reached" when a step claims
    /// more than there is without refusing; forbidden when the account is closed.
    /// `check` is asked for the version of the cart, unless the request was done before.
    Result<Placed> place(const CheckoutRequest& request,
                         const std::optional<IdempotentRequest>& idempotency,
                         const VersionCheck& check = any_version);

    /// Puts what can still be had of an own order back into the cart. Error: not_found
    /// "order_not_found".
    Result<Carts::Filled> reorder(std::int64_t user_id, std::int64_t order_id);

    /// Forgets old idempotency records; how many.
    Result<std::int64_t> sweep();

private:
    /// The order that an earlier request has placed.
    Result<Placed> replayed(Transaction& tx, std::int64_t order_id) const;
    /// The buyer's. Error: forbidden "account_closed".
    Result<Account> open_account(Transaction& tx, std::int64_t user_id) const;
    /// Within the schedule window; nothing is.
    Status check_schedule(std::optional<Timestamp> scheduled_for, Timestamp now) const;
    CheckoutDraft new_draft(std::int64_t user_id, CartContents cart, Timestamp now) const;
    /// What the steps and the request make of the cart.
    Result<CheckoutDraft> considered(Transaction& tx, const CheckoutRequest& request,
                                     CartContents cart, Timestamp now) const;
    /// Normalised by the rules of the country it goes to; "" when none was given.
    Result<std::string> contact_phone(const CheckoutRequest& request,
                                      const std::string& country) const;
    Result<Order> order_of(const CheckoutRequest& request, const CheckoutDraft& draft) const;
    Status take_stock(Transaction& tx, const CartContents& cart, const Order& order) const;

    Store& store_;
    Carts& carts_;
    Catalog& catalog_;
    Identity& identity_;
    Claims& claims_;
    const Clock& clock_;
    const OrderRepository& orders_;
    const IdempotencyRepository& idempotency_;
    const CheckoutSteps& steps_;
    const OrderNotices& notices_;
    CheckoutRules rules_;
    Destinations destinations_;
};

}  // namespace kitchen::orders
