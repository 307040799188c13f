#include "order_mails.h"

#include <string_view>
#include <utility>

#include "mail_templates.gen.h"
#include "order_address.h"

namespace kitchen::orders {
namespace {

constexpr MailTemplate mails[] = {
    {"order_placed", order_placed_subject, order_placed_text, order_placed_html,
     "id items quantity name sides instructions line_total subtotal delivery_fee service_fee tax "
     "tip discount total delivery pickup "
     "address contact_phone delivery_instructions scheduled_for"},
    {"order_status", order_status_subject, order_status_text, order_status_html,
     "id status reason delivery pickup pending confirmed preparing ready out_for_delivery "
     "completed cancelled"},
};

/// null, which a section counts as false, for what is not there.
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

std::string names_of(const OrderItem& item) {
    std::string names;
    for (const auto* sides : {&item.side_proteins, &item.extra_sides})
        for (const OrderSide& side : *sides) names += (names.empty() ? "" : ", ") + side.name;
    return names;
}

std::string_view words_for(OrderState state) {
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

}  // namespace

std::string money_text(std::int64_t amount, const std::string& currency) {
    std::string digits = std::to_string(amount);
    if (digits.size() < 3) digits.insert(0, 3 - digits.size(), '0');
    digits.insert(digits.size() - 2, 1, '.');
    for (std::size_t at = digits.size() - 3; at > 3;) {
        at -= 3;
        digits.insert(at, 1, ',');
    }
    return currency + " " + digits;
}

OrderMails::OrderMails(Outbox& outbox, Identity& identity, const std::filesystem::path& folder)
    : outbox_(outbox), identity_(identity), templates_(mails, folder) {}

Status OrderMails::placed(Transaction& tx, const Order& order) const {
    const auto money = [&](std::int64_t amount) { return money_text(amount, order.currency); };
    const auto money_or_null = [&](std::int64_t amount) {
        return amount == 0 ? Json() : Json(money(amount));
    };
    Json::Array items;
    for (const OrderItem& item : order.items)
        items.push_back(Json::object({{"quantity", item.quantity},
                                      {"name", item.name},
                                      {"sides", text_or_null(names_of(item))},
                                      {"instructions", text_or_null(item.special_instructions)},
                                      {"line_total", money(item.line_total)}}));
    return enqueue(
        tx, order, "order_placed",
        Json::object(
            {{"id", order.id},
             {"items", std::move(items)},
             {"subtotal", money(order.price.subtotal)},
             {"delivery_fee", money_or_null(order.price.delivery_fee)},
             {"service_fee", money_or_null(order.price.service_fee)},
             {"tax", money_or_null(order.price.tax)},
             {"tip", money_or_null(order.price.tip)},
             {"discount", money_or_null(order.price.discount)},
             {"total", money(order.price.total)},
             {"delivery", order.fulfillment == Fulfillment::delivery},
             {"pickup", order.fulfillment == Fulfillment::pickup},
             {"address", address_lines(order.address)},
             {"contact_phone", text_or_null(order.contact_phone)},
             {"delivery_instructions", text_or_null(order.delivery_instructions)},
             {"scheduled_for",
              order.scheduled_for ? Json(format_rfc3339(*order.scheduled_for)) : Json()}}));
}

Status OrderMails::moved(Transaction& tx, const Order& order) const {
    Json data = Json::object(
        {{"id", order.id},
         {"status", words_for(order.status)},
         {"reason", order.history.empty() ? Json() : text_or_null(order.history.back().reason)},
         {"delivery", order.fulfillment == Fulfillment::delivery},
         {"pickup", order.fulfillment == Fulfillment::pickup}});
    for (const std::string& state : state_names()) data.set(state, state == to_text(order.status));
    return enqueue(tx, order, "order_status", data);
}

Status OrderMails::enqueue(Transaction& tx, const Order& order, std::string_view name,
                           const Json& data) const {
    Result<std::optional<Account>> account = identity_.account(tx, order.user_id);
    if (!account) return std::move(account).error();
    if (!*account || (*account)->email.empty()) return {};
    Mail mail = templates_.render(name, data);
    mail.to = (*account)->email;
    mail.idempotency_key =
        "order/" + std::to_string(order.id) + "/" + std::to_string(order.version);
    return outbox_.enqueue(tx, mail);
}

}  // namespace kitchen::orders
