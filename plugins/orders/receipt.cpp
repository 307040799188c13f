#include "receipt.h"

#include "kitchen/html.h"
#include "kitchen/text.h"

namespace kitchen::orders {
namespace {

/// `value` is HTML already.
std::string row(std::string_view name, const std::string& value, const char* tag = "td") {
    std::string out = "<tr><";
    out.append(tag).append(">").append(html_escaped(name)).append("</").append(tag);
    return out.append("><")
               .append(tag)
               .append(" class=\"sum\">")
               .append(value)
               .append("</")
               .append(tag) +
           "></tr>\n";
}

std::string item_row(const OrderItem& item, const std::string& currency) {
    std::string what = std::to_string(item.quantity) + " &times; " + html_escaped(item.name);
    for (const auto* sides : {&item.side_proteins, &item.extra_sides})
        for (const OrderSide& side : *sides) what += ", " + html_escaped(side.name);
    if (!item.special_instructions.empty())
        what += "<br><small>" + html_escaped(item.special_instructions) + "</small>";
    return "<tr><td>" + what + "</td><td class=\"sum\">" + money_text(item.line_total, currency) +
           "</td></tr>\n";
}

std::string text_of(const Json& address, const char* name) {
    return address[name].is_string() ? address[name].as_string() : std::string();
}

/// The quality of a media type in an Accept field, in thousandths; nothing is 0.
int quality(std::string_view accept, std::string_view media_type) {
    while (!accept.empty()) {
        const std::size_t end = std::min(accept.find(','), accept.size());
        std::string range = ascii_lower(accept.substr(0, end));
        accept.remove_prefix(std::min(end + 1, accept.size()));
        std::erase_if(range, [](char c) { return c == ' ' || c == '\t'; });
        const std::size_t name_end = std::min(range.find(';'), range.size());
        if (std::string_view(range).substr(0, name_end) != media_type) continue;
        const std::size_t weight = range.find(";q=", name_end);
        if (weight == std::string::npos) return 1000;
        std::string digits = range.substr(weight + 3, 5);
        std::erase(digits, '.');
        if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return 0;
        digits.resize(4, '0');
        return std::min(1000, parse_number<int>(digits).value_or(0));
    }
    return 0;
}

}  // namespace

std::string receipt_html(const Order& order, const Zone& zone) {
    const auto money = [&](std::int64_t amount) { return money_text(amount, order.currency); };
    const std::string title = "Order " + std::to_string(order.id);
    std::string html =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title +
        "</title>\n<style>body{font-family:sans-serif;max-width:40em;margin:2em auto}"
        "table{width:100%;border-collapse:collapse}td,th{padding:.2em;text-align:left;"
        "vertical-align:top}.sum{text-align:right;white-space:nowrap}</style></head><body>\n"
        "<h1>Chuks Kitchen</h1>\n<p>" +
        title + ", " + zone.text(order.created_at) + "<br>It is " +
        std::string(phrase_of(order.status)) + ", and " + html_escaped(order.payment_status) + ".";
    if (order.scheduled_for) html += "<br>Asked for: " + zone.text(*order.scheduled_for);
    html += "</p>\n<p>";
    html += order.fulfillment == Fulfillment::delivery ? "Delivered to" : "Picked up by";
    if (!order.contact_name.empty()) html += "<br>" + html_escaped(order.contact_name);
    for (const char* name : {"line1", "line2", "city", "state", "postal_code"})
        if (const std::string line = text_of(order.address, name); !line.empty())
            html += "<br>" + html_escaped(line);
    html += "<br>" + html_escaped(order.contact_phone) + "</p>\n<table>\n";
    for (const OrderItem& item : order.items) html += item_row(item, order.currency);
    html += row("Food", money(order.price.subtotal));
    for (const PriceAmount& amount : order.amounts)
        html += row(amount.name,
                    (amount.part == PricePart::discount ? "&minus;" : "") + money(amount.amount));
    if (order.price.tip > 0) html += row("Tip", money(order.price.tip));
    return html + row("Total", money(order.price.total), "th") + "</table>\n</body></html>\n";
}

bool prefers_html(std::string_view accept) {
    const int html = quality(accept, "text/html");
    return html > 0 && html >= quality(accept, "application/json");
}

}  // namespace kitchen::orders
