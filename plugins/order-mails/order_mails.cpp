#include "order_mails.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "mail_templates.gen.h"

namespace kitchen::order_mails {
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
Json json_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

std::string names_of(const OrderItem& item) {
    std::string names;
    for (const auto* sides : {&item.side_proteins, &item.extra_sides})
        for (const OrderSide& side : *sides) names += (names.empty() ? "" : ", ") + side.name;
    return names;
}

std::string text_of(const Json& address, const char* name) {
    return address[name].is_string() ? address[name].as_string() : std::string();
}

/// `separator` only between two that are there.
std::string joined(std::string first, const char* separator, const std::string& second) {
    if (!first.empty() && !second.empty()) first += separator;
    return first + second;
}

/// As it stands on an envelope, then the landmark. Without the country: it is in ours, or we would
/// not bring it. Empty for null.
Json::Array address_lines(const Json& address) {
    Json::Array lines;
    const auto add = [&](const std::string& line) {
        if (!line.empty()) lines.emplace_back(line);
    };
    for (const char* name : {"recipient_name", "line1", "line2"}) add(text_of(address, name));
    add(joined(joined(text_of(address, "city"), ", ", text_of(address, "state")), " ",
               text_of(address, "postal_code")));
    add(text_of(address, "landmark"));
    return lines;
}

std::string_view state_phrase(OrderState state) {
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

Json placed_data(const Order& order) {
    const auto money = [&](std::int64_t amount) { return money_text(amount, order.currency); };
    const auto money_or_null = [&](std::int64_t amount) {
        return amount == 0 ? Json() : Json(money(amount));
    };
    Json::Array items;
    for (const OrderItem& item : order.items)
        items.push_back(Json::object({{"quantity", item.quantity},
                                      {"name", item.name},
                                      {"sides", json_or_null(names_of(item))},
                                      {"instructions", json_or_null(item.special_instructions)},
                                      {"line_total", money(item.line_total)}}));
    return Json::object(
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
         {"contact_phone", json_or_null(order.contact_phone)},
         {"delivery_instructions", json_or_null(order.delivery_instructions)},
         {"scheduled_for",
          order.scheduled_for ? Json(format_rfc3339(*order.scheduled_for)) : Json()}});
}

Json status_data(const Order& order) {
    Json data = Json::object({{"id", order.id},
                              {"status", state_phrase(order.status)},
                              {"reason", json_or_null(order.history.back().reason)},
                              {"delivery", order.fulfillment == Fulfillment::delivery},
                              {"pickup", order.fulfillment == Fulfillment::pickup}});
    for (const std::string& state : names_of(order.status))
        data.set(state, state == to_text(order.status));
    return data;
}

// A mail's key says which order and which version of it: "orders/7/2".

std::string key_of(std::int64_t order_id, std::int64_t version) {
    return std::string(OrderMails::key_start) + std::to_string(order_id) + '/' +
           std::to_string(version);
}

std::optional<std::pair<std::int64_t, std::int64_t>> parse_key(std::string_view key) {
    if (!key.starts_with(OrderMails::key_start)) return std::nullopt;
    std::int64_t id = 0, version = 0;
    const char* const end = key.data() + key.size();
    const auto [slash, bad_id] =
        std::from_chars(key.data() + OrderMails::key_start.size(), end, id);
    if (bad_id != std::errc() || slash == end || *slash != '/') return std::nullopt;
    const auto [last, bad_version] = std::from_chars(slash + 1, end, version);
    if (bad_version != std::errc() || last != end || id < 1 || version < 1) return std::nullopt;
    return std::pair(id, version);
}

}  // namespace

MailTemplates OrderMails::read_templates(const std::filesystem::path& folder) {
    return MailTemplates(mails, folder);
}

OrderMails::OrderMails(Store& store, Outbox& outbox, Orders& orders, Identity& identity,
                       Mailer& mailer, const Clock& clock, const MailRules& rules)
    : store_(store),
      outbox_(outbox),
      orders_(orders),
      identity_(identity),
      mailer_(mailer),
      clock_(clock),
      max_age_(rules.max_age),
      templates_(read_templates(rules.templates)) {}

Status OrderMails::placed(Transaction& tx, const OrderPlaced& event) const {
    return tell(tx, event.order_id, 1, "placed", event.at);
}

Status OrderMails::moved(Transaction& tx, const OrderMoved& event) const {
    return tell(tx, event.order_id, event.version, event.to, event.at);
}

Status OrderMails::tell(Transaction& tx, std::int64_t order_id, std::int64_t version,
                        std::string_view what, Timestamp at) const {
    if (clock_.now() - at > max_age_) return {};
    Result<std::optional<Order>> order = orders_.at_version(tx, order_id, version);
    if (!order) return std::move(order).error();
    if (!*order) return {};
    Result<std::optional<Account>> account = identity_.account(tx, (*order)->user_id);
    if (!account) return std::move(account).error();
    if (!*account || (*account)->email.empty()) return {};
    return outbox_.enqueue(tx, channel,
                           {key_of(order_id, version), (*account)->email,
                            "Order " + std::to_string(order_id) + ": " + std::string(what), ""});
}

Status OrderMails::send(const Outgoing& delivery) const {
    const auto subject = parse_key(delivery.key);
    if (!subject)
        return Error(Errc::unprocessable, "order_mail_unknown",
                     "No mail of an order has this key.");
    const auto [id, version] = *subject;
    Result<std::optional<Order>> order =
        store_.read<std::optional<Order>>([&, id = id, version = version](Transaction& tx) {
            return orders_.at_version(tx, id, version);
        });
    if (!order) return std::move(order).error();
    // Of an order that was purged, and whose number another one has now.
    if (*order && (*order)->created_at > delivery.created_at)
        return Error(Errc::unprocessable, "order_mail_unknown", "Its order is gone.");
    if (!*order)
        return Error(Errc::unavailable, "order_behind", "The order is not to be seen here yet.");
    Mail mail = version == 1 ? templates_.render("order_placed", placed_data(**order))
                             : templates_.render("order_status", status_data(**order));
    mail.to = delivery.to;
    mail.idempotency_key = delivery.id;
    return mailer_.send(mail);
}

Result<std::vector<std::string>> OrderMails::without_cause(Transaction& tx) const {
    Result<std::vector<std::string>> keys = outbox_.keys(tx, channel, key_start);
    if (!keys) return keys;
    std::vector<std::string> wrong;
    for (const std::string& key : *keys) {
        const auto subject = parse_key(key);
        Result<std::optional<Order>> order = std::optional<Order>();
        if (subject) order = orders_.at_version(tx, subject->first, subject->second);
        if (!order) return std::move(order).error();
        if (!*order) wrong.push_back(key);
    }
    return wrong;
}

}  // namespace kitchen::order_mails
