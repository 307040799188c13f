#include "checkout_service.h"

#include <optional>
#include <utility>

#include "order_address.h"
#include "pricing.h"

namespace kitchen::orders {
namespace {

std::vector<Fault> problems_of(const CartContents& cart) {
    std::vector<Fault> problems;
    for (std::size_t i = 0; i < cart.lines.size(); ++i)
        for (const Fault& problem : cart.lines[i].problems)
            problems.push_back(
                {"/items/" + std::to_string(i) + problem.pointer, problem.code, problem.detail});
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

/// Of several checks, in one error.
class Faults {
public:
    void add(const Status& checked) {
        if (checked) return;
        if (!error_)
            error_ = checked.error();
        else
            error_->faults.insert(error_->faults.end(), checked.error().faults.begin(),
                                  checked.error().faults.end());
    }
    Status result() && {
        if (error_) return *std::move(error_);
        return {};
    }

private:
    std::optional<Error> error_;
};

/// What a quote and a checkout are asked with.
template <class Request>
void take_wishes(CheckoutDraft& draft, const Request& request) {
    draft.fulfillment = request.fulfillment;
    draft.scheduled_for = request.scheduled_for;
    draft.promo_code = request.promo_code;
    draft.tip = request.tip;
}

}  // namespace

std::vector<OrderItem> order_items(const CheckoutDraft& draft) {
    std::vector<std::int64_t> totals;
    for (const CartLine& line : draft.cart.lines) totals.push_back(line.line_total);
    const std::vector<std::int64_t> discounts = spread(draft.sum(PricePart::discount), totals);
    std::vector<OrderItem> items;
    for (std::size_t i = 0; i < draft.cart.lines.size(); ++i) {
        const CartLine& line = draft.cart.lines[i];
        items.push_back({line.food.id, line.food.name, line.unit_price, line.quantity,
                         frozen(line.side_proteins), frozen(line.extra_sides),
                         line.special_instructions, line.line_total, discounts[i]});
    }
    return items;
}

CheckoutService::CheckoutService(Store& store, Carts& carts, Catalog& catalog, Identity& identity,
                                 Claims& claims, const Clock& clock, const OrderRepository& orders,
                                 const IdempotencyRepository& idempotency,
                                 const CheckoutSteps& steps, const OrderNotices& notices,
                                 CheckoutRules rules, Addresses* addresses)
    : store_(store),
      carts_(carts),
      catalog_(catalog),
      identity_(identity),
      claims_(claims),
      clock_(clock),
      orders_(orders),
      idempotency_(idempotency),
      steps_(steps),
      notices_(notices),
      rules_(rules),
      destinations_(addresses, rules.require_address) {}

CheckoutDraft CheckoutService::new_draft(std::int64_t user_id, CartContents cart,
                                         Timestamp now) const {
    CheckoutDraft draft;
    draft.user_id = user_id;
    draft.cart = std::move(cart);
    draft.now = now;
    draft.is_first_order = [this, user_id](Transaction& tx) -> Result<bool> {
        Result<bool> has_ordered = orders_.has_ordered(tx, user_id);
        if (!has_ordered) return has_ordered;
        return !*has_ordered;
    };
    return draft;
}

Status CheckoutService::check(const CheckoutRequest& request, bool may_be_repeated) const {
    Faults faults;
    const Timestamp now = clock_.now();
    const bool is_past = request.scheduled_for && *request.scheduled_for <= now;
    if (!may_be_repeated || !is_past) faults.add(check_schedule(request.scheduled_for, now));
    faults.add(destinations_.check(request.fulfillment, request.address_id));
    // The country of a number without its own is the address's.
    if (request.contact_phone &&
        (request.fulfillment == Fulfillment::pickup ||
         request.contact_phone->find('+') != std::string::npos ||
         request.contact_phone->find_first_of("0123456789") == std::string::npos))
        if (const auto phone = contact_phone(request, ""); !phone) faults.add(phone.error());
    return std::move(faults).result();
}

Status CheckoutService::check(const QuoteRequest& request) const {
    Faults faults;
    faults.add(check_schedule(request.scheduled_for, clock_.now()));
    faults.add(destinations_.check(request.fulfillment, request.address_id));
    return std::move(faults).result();
}

Result<Quote> CheckoutService::quote(const QuoteRequest& request) {
    const Timestamp now = clock_.now();
    if (Status valid = check_schedule(request.scheduled_for, now); !valid)
        return std::move(valid).error();
    return store_.read<Quote>([&](Transaction& tx) -> Result<Quote> {
        Result<CartContents> cart = carts_.read(tx, request.user_id);
        if (!cart) return std::move(cart).error();
        Quote quote;
        quote.problems = problems_of(*cart);
        if (cart->lines.empty())
            quote.problems.push_back(
                {"/items", "cart_empty", "Your cart is empty. Put something into it first."});
        quote.draft = new_draft(request.user_id, *std::move(cart), now);
        Result<std::optional<Address>> address =
            destinations_.find(tx, request.user_id, request.fulfillment, request.address_id);
        if (address)
            quote.draft.address = *std::move(address);
        else if (address.error().code != "address_required")
            return std::move(address).error();
        else
            quote.problems.push_back({"/address", address.error().code, address.error().detail});
        take_wishes(quote.draft, request);
        if (Status done = steps_.consider(tx, quote.draft); !done) return std::move(done).error();
        for (const Fault& problem : quote.draft.problems()) quote.problems.push_back(problem);
        quote.price = price_of(quote.draft);
        return quote;
    });
}

Result<Explanation> CheckoutService::explain(std::int64_t food_id, std::optional<Timestamp> at,
                                             Fulfillment fulfillment) {
    const Timestamp now = clock_.now();
    return store_.read<Explanation>([&](Transaction& tx) -> Result<Explanation> {
        Result<CartContents> cart = carts_.alone(tx, food_id);
        if (!cart) return std::move(cart).error();
        Explanation explanation{food_id, fulfillment, at.value_or(now),
                                cart->lines.front().problems};
        CheckoutDraft draft = new_draft(0, *std::move(cart), now);
        draft.fulfillment = fulfillment;
        draft.scheduled_for = at;
        if (Status done = steps_.consider(tx, draft); !done) return std::move(done).error();
        std::vector<Fault>& problems = explanation.problems;
        problems.insert(problems.end(), draft.problems().begin(), draft.problems().end());
        for (Fault& problem : problems)
            if (problem.pointer == "/food" || problem.pointer == "/items/0/food")
                problem.pointer = "/food_id";
            else if (problem.pointer == "/scheduled_for")
                problem.pointer = "/at";
        return explanation;
    });
}

Result<Placed> CheckoutService::place(const CheckoutRequest& request,
                                      const std::optional<IdempotentRequest>& idempotency,
                                      const VersionCheck& check) {
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
        // It has become the next version by being emptied.
        if (Status seen = check(cart->version - 1); !seen) return std::move(seen).error();
        Result<Account> account = open_account(tx, user_id);
        if (!account) return std::move(account).error();
        Result<CheckoutDraft> draft = considered(tx, request, *std::move(cart), now);
        if (!draft) return std::move(draft).error();
        Result<std::string> phone =
            contact_phone(request, draft->address ? draft->address->country : "");
        if (!phone) return std::move(phone).error();
        Result<Order> order = order_of(request, *draft);
        if (!order) return std::move(order).error();
        if (!phone->empty()) order->contact_phone = *phone;
        if (order->contact_phone.empty()) order->contact_phone = account->phone_number;
        if (order->contact_phone.empty())
            return invalid_field("/contact_phone", "required",
                                 "Your account has no phone number. Give one with the order.");
        Result<std::int64_t> id = orders_.insert(tx, *order, draft->claims());
        if (!id) return std::move(id).error();
        order->id = *id;
        if (Status taken = claims_.take(tx, reference_of(*id), draft->claims()); !taken)
            return std::move(taken).error();
        if (Status taken = take_stock(tx, draft->cart, *order); !taken)
            return std::move(taken).error();

        if (Status told = notices_.placed(tx, *order); !told) return std::move(told).error();
        if (idempotency)
            if (Status kept = idempotency_.keep(tx, *idempotency, *id); !kept)
                return std::move(kept).error();
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

Status CheckoutService::check_schedule(std::optional<Timestamp> scheduled_for,
                                       Timestamp now) const {
    if (!scheduled_for || (*scheduled_for > now && *scheduled_for <= now + rules_.schedule_window))
        return {};
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(rules_.schedule_window);
    return invalid_field(
        "/scheduled_for", "out_of_range",
        "Choose a time in the future, at most " + std::to_string(hours.count()) + " hours ahead.");
}

Result<CheckoutDraft> CheckoutService::considered(Transaction& tx, const CheckoutRequest& request,
                                                  CartContents cart, Timestamp now) const {
    if (Status valid = check_schedule(request.scheduled_for, now); !valid)
        return std::move(valid).error();
    Result<std::optional<Address>> address =
        destinations_.find(tx, request.buyer.user_id, request.fulfillment, request.address_id);
    if (!address) return std::move(address).error();
    if (cart.lines.empty())
        return Error(Errc::unprocessable, "cart_empty",
                     "Your cart is empty. Put something into it first.");

    CheckoutDraft draft = new_draft(request.buyer.user_id, std::move(cart), now);
    draft.address = *std::move(address);
    take_wishes(draft, request);
    if (Status done = steps_.consider(tx, draft); !done) return std::move(done).error();
    std::vector<Fault> problems = problems_of(draft.cart);
    const bool are_items = !problems.empty();
    problems.insert(problems.end(), draft.problems().begin(), draft.problems().end());
    if (are_items) return unavailable_items(std::move(problems));
    if (!problems.empty()) {
        Error refused(Errc::conflict, "checkout_refused",
                      "This cannot be ordered as it is. See errors for each reason.");
        refused.faults = std::move(problems);
        return refused;
    }
    return draft;
}

Result<std::string> CheckoutService::contact_phone(const CheckoutRequest& request,
                                                   const std::string& country) const {
    if (!request.contact_phone) return std::string();
    Result<std::string> phone = identity_.normalise_phone(*request.contact_phone, country);
    if (phone) return phone;
    return invalid_field(
        "/contact_phone", "format",
        "Give a phone number that can be called, with its country code if in doubt.");
}

Result<Order> CheckoutService::order_of(const CheckoutRequest& request,
                                        const CheckoutDraft& draft) const {
    Order order;
    if (draft.address) {
        order.address = order_address(*draft.address);
        order.contact_name = draft.address->recipient_name;
        order.contact_phone = draft.address->phone;
        order.delivery_instructions = draft.address->delivery_instructions;
    }
    if (!request.contact_name.empty()) order.contact_name = request.contact_name;
    if (!request.delivery_instructions.empty())
        order.delivery_instructions = request.delivery_instructions;

    order.price = price_of(draft);
    if (request.expected_total && *request.expected_total != order.price.total)
        return Error(Errc::conflict, "total_changed",
                     "The total is now " + money_text(order.price.total, draft.cart.currency) +
                         ", and not " + money_text(*request.expected_total, draft.cart.currency) +
                         ". Look at it, and order again if it is all right.")
            .with_member("total", order.price.total)
            .with_member("currency", draft.cart.currency);
    order.amounts = draft.amounts();
    order.user_id = request.buyer.user_id;
    order.fulfillment = request.fulfillment;
    order.items = order_items(draft);
    order.currency = draft.cart.currency;
    order.scheduled_for = request.scheduled_for;
    order.created_at = order.updated_at = draft.now;
    order.history.push_back({std::nullopt, OrderState::pending, request.buyer, draft.now, ""});
    return order;
}

Status CheckoutService::take_stock(Transaction& tx, const CartContents& cart,
                                   const Order& order) const {
    Status taken = catalog_.take(tx, portions_of(order), reference_of(order.id), order.user_id);
    if (taken || taken.error().kind != Errc::conflict) return taken;
    std::vector<Fault> problems = by_item(taken.error().faults, cart);
    if (problems.empty()) return taken;
    return unavailable_items(std::move(problems));
}

Result<Carts::Filled> CheckoutService::reorder(std::int64_t user_id, std::int64_t order_id) {
    return store_.transact<Carts::Filled>([&](Transaction& tx) -> Result<Carts::Filled> {
        const Result<std::optional<Order>> order = orders_.find(tx, order_id);
        if (!order) return order.error();
        if (!*order || (*order)->user_id != user_id)
            return Error(Errc::not_found, "order_not_found", "There is no such order of yours.");
        const auto ids = [](const std::vector<OrderSide>& sides) {
            std::vector<std::int64_t> all;
            all.reserve(sides.size());
            for (const OrderSide& side : sides) all.push_back(side.food_id);
            return all;
        };
        std::vector<CartWish> wishes;
        wishes.reserve((*order)->items.size());
        for (const OrderItem& item : (*order)->items)
            wishes.push_back({item.food_id, ids(item.side_proteins), ids(item.extra_sides),
                              item.quantity, item.special_instructions});
        return carts_.fill(tx, user_id, wishes);
    });
}

Result<std::int64_t> CheckoutService::sweep() {
    return store_.transact<std::int64_t>([&](Transaction& tx) {
        return idempotency_.sweep(tx, clock_.now() - rules_.idempotency_window);
    });
}

}  // namespace kitchen::orders
