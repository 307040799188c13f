#include "order_schema.h"

#include "order_address.h"
#include "order_state.h"

namespace kitchen::orders {

using http::Format;
using http::Schema;

namespace {

constexpr std::int64_t max_tip = 1'000'000'000;
constexpr std::int64_t max_total = 1'000'000'000'000'000'000;
constexpr std::int64_t max_text = 500;
constexpr std::int64_t max_phone = 40;

Schema fulfillment() { return Schema::string().one_of(fulfillment_names()); }
Schema tip() { return Schema::integer().min(0).max(max_tip).fallback(0).describe("Minor units."); }
Schema text() { return Schema::string().max(max_text).or_null(); }
Schema time() { return Schema::string().format(Format::date_time); }
Schema address_id() {
    return Schema::integer().min(1).or_null().describe(
        "Of your address book, for a delivery; left out: your default address.");
}
Schema amount() { return Schema::integer().min(0); }

Schema sides() {
    return Schema::array(
        Schema::object(
            {{"food_id", Schema::integer()}, {"name", Schema::string()}, {"unit_price", amount()}})
            .named("OrderSide"));
}

/// Appends the parts of a price, in the order in which they are written.
void add_price(Schema& object) {
    for (const char* part :
         {"subtotal", "delivery_fee", "service_fee", "tax", "tip", "discount", "total"})
        object.members.push_back({part, amount(), http::required});
    object.members.push_back({"currency", Schema::string(), http::required});
}

Schema order_item() {
    return Schema::object({{"food_id", Schema::integer()},
                           {"name", Schema::string()},
                           {"unit_price", amount().describe("The food and its sides together.")},
                           {"quantity", Schema::integer().min(1)},
                           {"side_proteins", sides()},
                           {"extra_sides", sides()},
                           {"special_instructions", text()},
                           {"line_total", amount()}})
        .named("OrderItem");
}

Schema history_entry() {
    return Schema::object({{"from", Schema::string()
                                        .one_of(state_names())
                                        .or_null()
                                        .describe("null: the order was placed.")},
                           {"to", Schema::string().one_of(state_names())},
                           {"by", Schema::object({{"user_id", Schema::integer()},
                                                  {"role", Schema::string()}})},
                           {"at", time()},
                           {"reason", text()}})
        .named("OrderHistoryEntry");
}

Schema problems() {
    return Schema::array(Schema::object({{"pointer", Schema::string()},
                                         {"code", Schema::string()},
                                         {"detail", Schema::string()}})
                             .named("OrderProblem"));
}

}  // namespace

Schema checkout_schema() {
    return Schema::object({{"fulfillment_type", fulfillment()},
                           {"address_id", address_id(), http::optional},
                           {"contact_phone",
                            Schema::string().min(1).max(max_phone).or_null().describe(
                                "Left out: the address's, or else the account's."),
                            http::optional},
                           {"delivery_instructions", text().describe("Left out: the address's."),
                            http::optional},
                           {"scheduled_for",
                            time().or_null().describe(
                                "When it should be ready; left out: as soon as possible."),
                            http::optional},
                           {"tip", tip(), http::optional},
                           {"expected_total",
                            Schema::integer().min(0).max(max_total).describe(
                                "What the customer was shown: refused with 409 when it differs."),
                            http::optional}})
        .named("Checkout");
}

Schema quote_request_schema() {
    return Schema::object({{"fulfillment_type", fulfillment()},
                           {"address_id", address_id(), http::optional},
                           {"tip", tip(), http::optional}})
        .named("QuoteRequest");
}

Schema cancel_schema() {
    return Schema::object({{"reason", text().describe("Required from staff."), http::optional}})
        .named("OrderCancellation");
}

Schema status_change_schema() {
    return Schema::object({{"status", Schema::string().one_of(state_names())},
                           {"reason", text().describe("Required for cancelled."), http::optional}})
        .named("OrderStatusChange");
}

Schema order_schema() {
    Schema order = Schema::object({{"id", Schema::integer()},
                                   {"status", Schema::string().one_of(state_names())},
                                   {"payment_status", Schema::string()},
                                   {"fulfillment_type", fulfillment()},
                                   {"items", Schema::array(order_item())}});
    add_price(order);
    const Schema rest = Schema::object(
        {{"address",
          order_address_schema().describe(
              "As it was when the order was placed; null: picked up, or none was given.")},
         {"contact_phone", Schema::string()},
         {"delivery_instructions", text()},
         {"scheduled_for", time().or_null()},
         {"cancel_reason", text()},
         {"allowed_transitions", Schema::array(Schema::string().one_of(state_names()))
                                     .describe("Where the one who asks may move it.")},
         {"version", Schema::integer().min(1).describe("Grows with every change; also the ETag.")},
         {"created_at", time()},
         {"updated_at", time()},
         {"history", Schema::array(history_entry())}});
    order.members.insert(order.members.end(), rest.members.begin(), rest.members.end());
    return order.named("Order");
}

Schema order_event_schema() {
    return Schema::object(
               {{"order_id", Schema::integer()},
                {"version", Schema::integer().min(1)},
                {"status", Schema::string().one_of(state_names()).describe("At that version.")},
                {"from", Schema::string()
                             .one_of(state_names())
                             .or_null()
                             .describe("null: the order was placed.")},
                {"to", Schema::string().one_of(state_names())},
                {"at", time()},
                {"reason", text()},
                {"fulfillment_type", fulfillment()},
                {"allowed_transitions", Schema::array(Schema::string().one_of(state_names()))
                                            .describe("Where the one who watches may move it.")}})
        .named("OrderEvent");
}

Schema quote_schema() {
    Schema quote = Schema::object({});
    add_price(quote);
    quote.members.push_back(
        {"address", order_address_schema().describe("Where it would go."), http::required});
    Schema line = order_item();
    line.members.insert(line.members.begin(),
                        {"id", Schema::integer().describe("Of the cart's item."), http::required});
    line.members.push_back({"problems", problems(), http::required});
    line.named("QuoteLine");
    quote.members.push_back({"lines", Schema::array(line), http::required});
    quote.members.push_back({"problems",
                             problems().describe("Everything that would stop the checkout."),
                             http::required});
    return quote.named("Quote");
}

}  // namespace kitchen::orders
