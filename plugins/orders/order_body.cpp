#include "order_body.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "order_address.h"

namespace kitchen::orders {

using http::BodyFields;
using http::Schema;

namespace {

constexpr const char* amounts_text = "What the discounts, fees and taxes are made of.";
constexpr std::int64_t max_tip = 1'000'000'000;
constexpr std::int64_t max_total = 1'000'000'000'000'000'000;
constexpr std::int64_t max_text = 500;
constexpr std::int64_t max_name = 120;
constexpr std::int64_t max_phone = 40;
constexpr std::int64_t max_promo_code = 64;

constexpr std::pair<const char*, std::int64_t Price::*> price_parts[] = {
    {"subtotal", &Price::subtotal},
    {"delivery_fee", &Price::delivery_fee},
    {"service_fee", &Price::service_fee},
    {"tax", &Price::tax},
    {"tip", &Price::tip},
    {"discount", &Price::discount},
    {"total", &Price::total}};

template <class View>
void describe_price(BodyFields<View>& field) {
    for (const auto& [name, part] : price_parts)
        field(name, [part = part](const View& view) { return view.price().*part; }).min(0);
}

Schema& text(Schema& schema) { return schema.or_null().max(max_text); }
void tip(Schema& schema) { schema.min(0).max(max_tip).fallback(0).describe("Minor units."); }
void address_id(Schema& schema) {
    schema.min(1).or_null().describe(
        "Of your address book, for a delivery; left out: your default address.");
}

/// As order_address() made it.
struct AddressCopy {
    Json json;

    static Schema schema() { return order_address_schema(); }
    void write(JsonWriter& out) const { out.value(json); }
};

struct Problem : Fault {
    static void describe(BodyFields<Problem>& field) {
        field.named("OrderProblem");
        field("pointer", &Fault::pointer);
        field("code", &Fault::code);
        field("detail", &Fault::detail);
    }
};
std::vector<Problem> problems_of(const std::vector<Fault>& faults) {
    std::vector<Problem> problems;
    problems.reserve(faults.size());
    for (const Fault& fault : faults) problems.push_back({fault});
    return problems;
}

struct Amount : PriceAmount {
    static void describe(BodyFields<Amount>& field) {
        field.named("PriceAmount");
        field("part", &PriceAmount::part).describe("The part of the price that it is counted in.");
        field("name", &PriceAmount::name);
        field("amount", &PriceAmount::amount).min(0);
    }
};
std::vector<Amount> amounts_of(const std::vector<PriceAmount>& amounts) {
    std::vector<Amount> all;
    all.reserve(amounts.size());
    for (const PriceAmount& amount : amounts) all.push_back({amount});
    return all;
}

template <class Item>
void describe_item(BodyFields<Item>& field) {
    field("food_id", &Item::food_id);
    field("name", &Item::name);
    field("unit_price", &Item::unit_price).min(0).describe("The food and its sides together.");
    field("quantity", &Item::quantity).min(1);
    field("side_proteins", &Item::side_proteins);
    field("extra_sides", &Item::extra_sides);
    text(field("special_instructions", &Item::special_instructions));
    field("line_total", &Item::line_total).min(0);
    field("discount", &Item::discount)
        .min(0)
        .describe("The share of the order's discount that falls on this item.");
}

struct QuoteLine : OrderItem {
    std::int64_t id = 0;
    std::vector<Problem> problems;

    static void describe(BodyFields<QuoteLine>& field) {
        field.named("QuoteLine");
        field("id", &QuoteLine::id).describe("Of the cart's item.");
        describe_item(field);
        field("problems", &QuoteLine::problems);
    }
};

/// What a quote and a checkout are asked with.
template <class Request>
void describe_wish(BodyFields<Request>& field) {
    field("fulfillment_type", &Request::fulfillment);
    address_id(field.optional("address_id", &Request::address_id));
    field.optional("scheduled_for", &Request::scheduled_for)
        .or_null()
        .describe("When it should be ready; left out: as soon as possible.");
    tip(field.optional("tip", &Request::tip));
    field.optional("promo_code", &Request::promo_code)
        .or_null()
        .max(max_promo_code)
        .describe("As the restaurant gave it to the customer.");
}

template <class T>
auto of(T Order::*member) {
    return [member](const OrderView& view) -> const T& { return view.order.*member; };
}
template <class T>
auto of(T OrderEvent::*member) {
    return [member](const EventView& view) -> const T& { return view.event.*member; };
}

}  // namespace

}  // namespace kitchen::orders

// Found by the types' own namespace.
namespace kitchen {

static void describe(http::BodyFields<OrderSide>& field) {
    field.named("OrderSide");
    field("food_id", &OrderSide::food_id);
    field("name", &OrderSide::name);
    field("unit_price", &OrderSide::price).min(0);
}

static void describe(http::BodyFields<OrderItem>& field) {
    field.named("OrderItem");
    orders::describe_item(field);
}

static void describe(http::BodyFields<Viewer>& field) {
    field("user_id", &Viewer::user_id);
    field("role", &Viewer::role);
}

static void describe(http::BodyFields<HistoryEntry>& field) {
    field.named("OrderHistoryEntry");
    field("from", &HistoryEntry::from).or_null().describe("null: the order was placed.");
    field("to", &HistoryEntry::to);
    field("by", &HistoryEntry::by);
    field("at", &HistoryEntry::at);
    orders::text(field("reason", &HistoryEntry::reason));
}

}  // namespace kitchen

namespace kitchen::orders {

void describe(BodyFields<QuoteRequest>& field) {
    field.named("QuoteRequest");
    describe_wish(field);
}

void describe(BodyFields<CheckoutRequest>& field) {
    field.named("Checkout");
    describe_wish(field);
    field.optional("contact_name", &CheckoutRequest::contact_name)
        .or_null()
        .max(max_name)
        .describe("Whom the kitchen calls; left out: the recipient of the address.");
    field.optional("contact_phone", &CheckoutRequest::contact_phone)
        .or_null()
        .min(1)
        .max(max_phone)
        .describe("Left out: the address's, or else the account's.");
    text(field.optional("delivery_instructions", &CheckoutRequest::delivery_instructions))
        .describe("Left out: the address's.");
    field.optional("expected_total", &CheckoutRequest::expected_total)
        .min(0)
        .max(max_total)
        .describe("What the customer was shown: refused with 409 when it differs.");
}

void Cancellation::describe(BodyFields<Cancellation>& field) {
    field.named("OrderCancellation");
    text(field.optional("reason", &Cancellation::reason)).describe("Required from staff.");
}

void StatusChange::describe(BodyFields<StatusChange>& field) {
    field.named("OrderStatusChange");
    field("status", &StatusChange::status);
    text(field.optional("reason", &StatusChange::reason)).describe("Required for cancelled.");
}

void OrderView::describe(BodyFields<OrderView>& field) {
    field.named("Order");
    field("id", of(&Order::id));
    field("status", of(&Order::status));
    field("payment_status", of(&Order::payment_status));
    field("fulfillment_type", of(&Order::fulfillment));
    field("items", of(&Order::items));
    describe_price(field);
    field("amounts", [](const OrderView& view) {
        return amounts_of(view.order.amounts);
    }).describe(amounts_text);
    field("currency", of(&Order::currency));
    field("address", [](const OrderView& view) {
        return AddressCopy{view.order.address};
    }).describe("As it was when the order was placed; null: picked up, or none was given.");
    field("customer_id", of(&Order::user_id)).min(1).describe("The account that ordered.");
    field("contact_name", of(&Order::contact_name)).or_null().describe("null: not said.");
    field("contact_phone", of(&Order::contact_phone));
    text(field("delivery_instructions", of(&Order::delivery_instructions)));
    field("scheduled_for", of(&Order::scheduled_for)).or_null();
    text(field("cancel_reason", of(&Order::cancel_reason)));
    field("allowed_transitions", [](const OrderView& view) {
        return orders::allowed_transitions(view.order.status, view.order.fulfillment, view.actor);
    }).describe("Where the one who asks may move it.");
    field("version", of(&Order::version))
        .min(1)
        .describe("Grows with every change; also the ETag.");
    field("created_at", of(&Order::created_at));
    field("updated_at", of(&Order::updated_at));
    field("history", of(&Order::history));
}

void ReceiptView::describe(BodyFields<ReceiptView>& field) {
    const auto of = [](auto Order::*member) {
        return [member](const ReceiptView& view) -> const auto& { return view.order.*member; };
    };
    field.named("Receipt");
    field("order_id", of(&Order::id));
    field("placed_at", of(&Order::created_at));
    field("status", of(&Order::status));
    field("payment_status", of(&Order::payment_status));
    field("fulfillment_type", of(&Order::fulfillment));
    field("scheduled_for", of(&Order::scheduled_for)).or_null();
    field("items", of(&Order::items));
    describe_price(field);
    field("amounts", [](const ReceiptView& view) {
        return amounts_of(view.order.amounts);
    }).describe(amounts_text);
    field("currency", of(&Order::currency));
    field("address", [](const ReceiptView& view) { return AddressCopy{view.order.address}; });
    field("contact_name", of(&Order::contact_name)).or_null();
    field("contact_phone", of(&Order::contact_phone));
}

void ReorderView::describe(BodyFields<ReorderView>& field) {
    field.named("Reorder");
    field("cart_version", [](const ReorderView& view) { return view.filled.version; }).min(1);
    field("added",
          [](const ReorderView& view) {
              return std::ranges::count_if(view.filled.problems,
                                           [](const auto& problems) { return problems.empty(); });
          })
        .min(0)
        .describe("So many items of the order are in the cart again.");
    field("problems", [](const ReorderView& view) {
        std::vector<Problem> all;
        for (std::size_t i = 0; i < view.filled.problems.size(); ++i)
            for (const Fault& fault : view.filled.problems[i])
                all.push_back(
                    {{"/items/" + std::to_string(i) + fault.pointer, fault.code, fault.detail}});
        return all;
    }).describe("Why the others are not; pointers into the order.");
}

void EventView::describe(BodyFields<EventView>& field) {
    field.named("OrderEvent");
    field("order_id", of(&OrderEvent::order_id));
    field("version", of(&OrderEvent::version)).min(1);
    field("status", of(&OrderEvent::to)).describe("At that version.");
    field("from", of(&OrderEvent::from)).or_null().describe("null: the order was placed.");
    field("to", of(&OrderEvent::to));
    field("at", of(&OrderEvent::at));
    text(field("reason", of(&OrderEvent::reason)));
    field("fulfillment_type", of(&OrderEvent::fulfillment));
    field("allowed_transitions", [](const EventView& view) {
        return orders::allowed_transitions(view.event.to, view.event.fulfillment, view.actor);
    }).describe("Where the one who watches may move it.");
}

void describe(BodyFields<Explanation>& field) {
    field.named("Explanation");
    field("food_id", &Explanation::food_id);
    field("fulfillment_type", &Explanation::fulfillment);
    field("at", &Explanation::at);
    field("orderable", [](const Explanation& view) { return view.problems.empty(); });
    field("problems", [](const Explanation& view) {
        return problems_of(view.problems);
    }).describe("Everything that stops it from being ordered then.");
}

/// What the quote shows of each line of the cart.
static std::vector<QuoteLine> quote_items(const QuoteView& view) {
    std::vector<QuoteLine> lines;
    const std::vector<OrderItem> items = order_items(view.quote.draft);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const CartLine& line = view.quote.draft.cart.lines[i];
        lines.push_back({items[i], line.id, problems_of(line.problems)});
    }
    return lines;
}

void QuoteView::describe(BodyFields<QuoteView>& field) {
    field.named("Quote");
    describe_price(field);
    field("amounts", [](const QuoteView& view) {
        return amounts_of(view.quote.draft.amounts());
    }).describe(amounts_text);
    field("currency", [](const QuoteView& view) { return view.quote.draft.cart.currency; });
    field("cart_version", [](const QuoteView& view) {
        return view.quote.draft.cart.version;
    }).describe("Of the cart: the If-Match of an order for just this.");
    field("address", [](const QuoteView& view) {
        const auto& address = view.quote.draft.address;
        return AddressCopy{address ? order_address(*address) : Json()};
    }).describe("Where it would go.");
    field("items", quote_items).describe("As the cart has them, in its order.");
    field("lines", quote_items).describe("The older name of items.");
    field("problems", [](const QuoteView& view) {
        return problems_of(view.quote.problems);
    }).describe("Everything that would stop the checkout.");
}

Viewer viewer_of(const http::Request& request) {
    const Principal& who = request.who();
    for (const std::string role : {"kitchen", "admin"})
        if (who.has_scope(role) ||
            (request.route->method == "GET" && who.has_scope(role + ":read")))
            return {who.user_id, who.role};
    return {who.user_id, "customer"};
}

}  // namespace kitchen::orders
