#include "order_json.h"

#include "order_address.h"

namespace kitchen::orders {
namespace {

void write_text_or_null(JsonWriter& out, std::string_view name, std::string_view text) {
    out.key(name);
    if (text.empty())
        out.null();
    else
        out.value(text);
}

void write_side(JsonWriter& out, std::int64_t food_id, const std::string& name,
                std::int64_t price) {
    out.begin_object()
        .member("food_id", food_id)
        .member("name", name)
        .member("unit_price", price)
        .end_object();
}

void write_sides(JsonWriter& out, std::string_view name, const std::vector<OrderSide>& sides) {
    out.key(name).begin_array();
    for (const OrderSide& side : sides) write_side(out, side.food_id, side.name, side.price);
    out.end_array();
}

void write_sides(JsonWriter& out, std::string_view name, const std::vector<Food>& sides) {
    out.key(name).begin_array();
    for (const Food& side : sides) write_side(out, side.id, side.name, side.price);
    out.end_array();
}

void write_item(JsonWriter& out, const OrderItem& item) {
    out.begin_object();
    out.member("food_id", item.food_id)
        .member("name", item.name)
        .member("unit_price", item.unit_price)
        .member("quantity", item.quantity);
    write_sides(out, "side_proteins", item.side_proteins);
    write_sides(out, "extra_sides", item.extra_sides);
    write_text_or_null(out, "special_instructions", item.special_instructions);
    out.member("line_total", item.line_total);
    out.end_object();
}

void write_price(JsonWriter& out, const Price& price) {
    out.member("subtotal", price.subtotal)
        .member("delivery_fee", price.delivery_fee)
        .member("service_fee", price.service_fee);
    out.member("tax", price.tax)
        .member("tip", price.tip)
        .member("discount", price.discount)
        .member("total", price.total);
}

void write_history(JsonWriter& out, const HistoryEntry& entry) {
    out.begin_object();
    write_text_or_null(out, "from", entry.from ? to_text(*entry.from) : std::string_view());
    out.member("to", to_text(entry.to));
    out.key("by")
        .begin_object()
        .member("user_id", entry.by.user_id)
        .member("role", entry.by.role)
        .end_object();
    out.member("at", format_rfc3339(entry.at));
    write_text_or_null(out, "reason", entry.reason);
    out.end_object();
}

void write_problems(JsonWriter& out, const std::vector<Fault>& problems) {
    out.key("problems").begin_array();
    for (const Fault& problem : problems) {
        out.begin_object();
        out.member("pointer", problem.pointer)
            .member("code", problem.code)
            .member("detail", problem.detail);
        out.end_object();
    }
    out.end_array();
}

}  // namespace

void write_order(JsonWriter& out, const Order& order, Actor actor) {
    out.begin_object();
    out.member("id", order.id)
        .member("status", to_text(order.status))
        .member("payment_status", order.payment_status);
    out.member("fulfillment_type", to_text(order.fulfillment));
    out.key("items").begin_array();
    for (const OrderItem& item : order.items) write_item(out, item);
    out.end_array();
    write_price(out, order.price);
    out.member("currency", order.currency);
    out.member("address", order.address).member("contact_phone", order.contact_phone);
    write_text_or_null(out, "delivery_instructions", order.delivery_instructions);
    write_text_or_null(out, "scheduled_for",
                       order.scheduled_for ? format_rfc3339(*order.scheduled_for) : std::string());
    write_text_or_null(out, "cancel_reason", order.cancel_reason);
    out.key("allowed_transitions").begin_array();
    for (const OrderState state : allowed_transitions(order.status, order.fulfillment, actor))
        out.value(to_text(state));
    out.end_array();
    out.member("version", order.version);
    out.member("created_at", format_rfc3339(order.created_at))
        .member("updated_at", format_rfc3339(order.updated_at));
    out.key("history").begin_array();
    for (const HistoryEntry& entry : order.history) write_history(out, entry);
    out.end_array();
    out.end_object();
}

std::string order_json(const Order& order, Actor actor) {
    std::string text;
    JsonWriter out(text);
    write_order(out, order, actor);
    return text;
}

std::string quote_json(const Quote& quote) {
    std::string text;
    JsonWriter out(text);
    out.begin_object();
    write_price(out, quote.price);
    out.member("currency", quote.cart.currency)
        .member("address", quote.address ? order_address(*quote.address) : Json());
    out.key("lines").begin_array();
    for (const CartLine& line : quote.cart.lines) {
        out.begin_object();
        out.member("id", line.id).member("food_id", line.food.id).member("name", line.food.name);
        out.member("unit_price", line.unit_price).member("quantity", line.quantity);
        write_sides(out, "side_proteins", line.side_proteins);
        write_sides(out, "extra_sides", line.extra_sides);
        write_text_or_null(out, "special_instructions", line.special_instructions);
        out.member("line_total", line.line_total);
        write_problems(out, line.problems);
        out.end_object();
    }
    out.end_array();
    write_problems(out, quote.problems);
    out.end_object();
    return text;
}

}  // namespace kitchen::orders
