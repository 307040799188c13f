#include "checkout_service.h"

#include <utility>

#include "order_address.h"

namespace kitchen::orders {
namespace {

/// `list` is where the lines stand in what the caller shows: "/items/".
std::vector<Fault> problems_of(const CartContents& cart, const std::string& list) {
    std::vector<Fault> problems;
    for (std::size_t i = 0; i < cart.lines.size(); ++i)
        for (const Fault& problem : cart.lines[i].problems)
            problems.push_back(
                {list + std::to_string(i) + problem.pointer, problem.code, problem.detail});
    return problems;
}

Error unavailable_items(std::vector<Fault> problems) {
    Error error(Errc::conflict, "items_unavailable",
                "Some of your cart cannot be ordered now. See errors for each item.");
    error.faults = std::move(problems);
    return error;
}

/// The catalogue's refusal names foods ("/foods/3"); the customer knows items.
std::vector<Fault> by_item(const std::vector<Fault>& refused, const CartContents& cart) {
    std::vector<Fault> problems;
    for (std::size_t i = 0; i < cart.lines.size(); ++i) {
        const CartLine& line = cart.lines[i];
        const auto add = [&](const Food& food, const std::string& place) {
            for (const Fault& fault : refused)
                if (fault.pointer == "/foods/" + std::to_string(food.id))
                    problems.push_back(
                        {"/items/" + std::to_string(i) + place, fault.code, fault.detail});
        };
        add(line.food, "/food");
        for (std::size_t s = 0; s < line.side_proteins.size(); ++s)
            add(line.side_proteins[s], "/side_proteins/" + std::to_string(s));
        for (std::size_t s = 0; s < line.extra_sides.size(); ++s)
            add(line.extra_sides[s], "/extra_sides/" + std::to_string(s));
    }
    return problems;
}

std::vector<OrderSide> frozen(const std::vector<Food>& foods) {
    std::vector<OrderSide> sides;
    sides.reserve(foods.size());
    for (const Food& food : foods) sides.push_back({food.id, food.name, food.price});
    return sides;
}

}  // namespace

OrderItem order_item(const CartLine& line) {
    return {line.food.id,
            line.food.name,
            line.unit_price,
            line.quantity,
            frozen(line.side_proteins),
            frozen(line.extra_sides),
            line.special_instructions,
            line.line_total};
}

CheckoutService::CheckoutService(Store& store, Carts& carts, Catalog& catalog, Identity& identity,
                                 const Clock& clock, const OrderRepository& orders,
                                 const IdempotencyRepository& idempotency, CheckoutRules rules,
                                 const OrderMails* mails, Addresses* addresses,
                                 std::function<void()> placed)
    : store_(store),
      carts_(carts),
      catalog_(catalog),
      identity_(identity),
      clock_(clock),
      orders_(orders),
      idempotency_(idempotency),
      rules_(rules),
      mails_(mails),
      destinations_(addresses, rules.require_address),
      placed_(std::move(placed)) {}

Result<Quote> CheckoutService::quote(std::int64_t user_id, Fulfillment fulfillment,
                                     std::int64_t tip, std::optional<std::int64_t> address_id) {
    return store_.read<Quote>([&](Transaction& tx) -> Result<Quote> {
        Result<CartContents> cart = carts_.read(tx, user_id);
        if (!cart) return std::move(cart).error();
        Quote quote;
        Result<std::optional<Address>> address =
            destinations_.find(tx, user_id, fulfillment, address_id);
        if (address)
            quote.address = *address;
        else if (address.error().code != "address_required")
            return std::move(address).error();
        quote.price = price(rules_.fees, fulfillment, cart->subtotal, tip);
        quote.problems = problems_of(*cart, "/lines/");
        if (cart->lines.empty())
            quote.problems.push_back(
                {"/lines", "cart_empty", "Your cart is empty. Put something into it first."});
        if (!address)
            quote.problems.push_back({"/address", address.error().code, address.error().detail});
        quote.cart = *std::move(cart);
        return quote;
    });
}

Result<Placed> CheckoutService::place(const CheckoutRequest& request,
                                      const std::optional<IdempotentRequest>& idempotency) {
    const Timestamp now = clock_.now();
    const std::int64_t user_id = request.buyer.user_id;
    return store_.transact<Placed>([&](Transaction& tx) -> Result<Placed> {
        if (idempotency) {
            Result<std::optional<std::int64_t>> kept =
                idempotency_.claim(tx, *idempotency, now, now - rules_.idempotency_window);
            if (!kept) return std::move(kept).error();
            if (*kept) return replayed(tx, **kept);
        }
        // The cart first: it is this customer's alone, while all customers wait for a popular dish.
        Result<CartContents> cart = carts_.take(tx, user_id);
        if (!cart) return std::move(cart).error();
        Result<Account> account = open_account(tx, user_id);
        if (!account) return std::move(account).error();
        Result<Order> order = draft(tx, request, *cart, *account, now);
        if (!order) return std::move(order).error();
        Result<std::int64_t> id = orders_.insert(tx, *order);
        if (!id) return std::move(id).error();
        order->id = *id;
        if (Status taken = take_stock(tx, *cart, *order); !taken) return std::move(taken).error();

        if (mails_)
            if (Status queued = mails_->placed(tx, *order, *account); !queued)
                return std::move(queued).error();

        if (idempotency)
            if (Status kept = idempotency_.keep(tx, *idempotency, *id); !kept)
                return std::move(kept).error();
        if (placed_) tx.after_commit(placed_);
        return Placed{*std::move(order), false};
    });
}

Result<Placed> CheckoutService::replayed(Transaction& tx, std::int64_t order_id) const {
    Result<std::optional<Order>> order = orders_.find(tx, order_id);
    if (!order) return std::move(order).error();
    if (!*order)
        return Error(Errc::corrupt, "order_corrupt", "The order could not be read.")
            .with_subject("order_idempotency.order_id");
    return Placed{at_version(**std::move(order), 1), true};
}

Result<Account> CheckoutService::open_account(Transaction& tx, std::int64_t user_id) const {
    Result<std::optional<Account>> account = identity_.account(tx, user_id);
    if (!account) return std::move(account).error();
    if (!*account || (*account)->disabled)
        return Error(Errc::forbidden, "account_closed", "This account can no longer place orders.");
    return **std::move(account);
}

Result<Order> CheckoutService::draft(Transaction& tx, const CheckoutRequest& request,
                                     const CartContents& cart, const Account& account,
                                     Timestamp now) const {
    if (request.scheduled_for &&
        (*request.scheduled_for <= now || *request.scheduled_for > now + rules_.schedule_window))
        return invalid_field("/scheduled_for", "out_of_range",
                             "Choose a time in the future, at most " +
                                 std::to_string(std::chrono::duration_cast<std::chrono::hours>(
                                                    rules_.schedule_window)
                                                    .count()) +
                                 " hours ahead.");
    Result<std::optional<Address>> address =
        destinations_.find(tx, request.buyer.user_id, request.fulfillment, request.address_id);
    if (!address) return std::move(address).error();
    Order order;
    if (*address) {
        order.address = order_address(**address);
        order.contact_phone = (*address)->phone;
        order.delivery_instructions = (*address)->delivery_instructions;
    }
    if (request.contact_phone) {
        Result<std::string> phone = identity_.normalise_phone(*request.contact_phone);
        if (!phone)
            return invalid_field(
                "/contact_phone", "format",
                "Give a phone number that can be called, with its country code if in doubt.");
        order.contact_phone = *std::move(phone);
    }
    if (order.contact_phone.empty()) order.contact_phone = account.phone_number;

    if (cart.lines.empty())
        return Error(Errc::unprocessable, "cart_empty",
                     "Your cart is empty. Put something into it first.");
    if (std::vector<Fault> problems = problems_of(cart, "/items/"); !problems.empty())
        return unavailable_items(std::move(problems));

    order.price = price(rules_.fees, request.fulfillment, cart.subtotal, request.tip);
    if (request.expected_total && *request.expected_total != order.price.total)
        return Error(Errc::conflict, "total_changed",
                     "The total is " + std::to_string(order.price.total) + " now, not " +
                         std::to_string(*request.expected_total) +
                         ". Show it to the customer and order again.")
            .with_member("total", order.price.total);
    order.user_id = request.buyer.user_id;
    order.fulfillment = request.fulfillment;
    for (const CartLine& line : cart.lines) order.items.push_back(order_item(line));
    order.currency = cart.currency;
    if (!request.delivery_instructions.empty())
        order.delivery_instructions = request.delivery_instructions;
    order.scheduled_for = request.scheduled_for;
    order.created_at = order.updated_at = now;
    order.history.push_back({std::nullopt, OrderState::pending, request.buyer, now, ""});
    return order;
}

Status CheckoutService::take_stock(Transaction& tx, const CartContents& cart,
                                   const Order& order) const {
    Status taken = catalog_.take(tx, portions_of(order), stock_reference(order.id), order.user_id);
    if (taken || taken.error().kind != Errc::conflict) return taken;
    std::vector<Fault> problems = by_item(taken.error().faults, cart);
    if (problems.empty()) return taken;
    return unavailable_items(std::move(problems));
}

Result<std::int64_t> CheckoutService::sweep() {
    return store_.transact<std::int64_t>([&](Transaction& tx) {
        return idempotency_.sweep(tx, clock_.now() - rules_.idempotency_window);
    });
}

}  // namespace kitchen::orders
