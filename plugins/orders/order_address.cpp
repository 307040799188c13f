#include "order_address.h"

#include <string>
#include <utility>

namespace kitchen::orders {
namespace {

constexpr std::pair<const char*, std::string Address::*> texts[] = {
    {"label", &Address::label},
    {"recipient_name", &Address::recipient_name},
    {"line1", &Address::line1},
    {"line2", &Address::line2},
    {"city", &Address::city},
    {"state", &Address::state},
    {"postal_code", &Address::postal_code},
    {"country", &Address::country},
    {"landmark", &Address::landmark},
    {"phone", &Address::phone}};
constexpr std::pair<const char*, std::optional<double> Address::*> degrees[] = {
    {"latitude", &Address::latitude}, {"longitude", &Address::longitude}};

std::string text_of(const Json& address, const char* name) {
    return address[name].is_string() ? address[name].as_string() : std::string();
}

/// `separator` only between two that are there.
std::string joined(std::string first, const char* separator, const std::string& second) {
    if (!first.empty() && !second.empty()) first += separator;
    return first + second;
}

}  // namespace

Json order_address(const Address& address) {
    Json out = Json::object({{"id", address.id}});
    for (const auto& [name, member] : texts)
        out.set(name, (address.*member).empty() ? Json() : Json(address.*member));
    for (const auto& [name, member] : degrees)
        out.set(name, address.*member ? Json(*(address.*member)) : Json());
    return out;
}

http::Schema order_address_schema() {
    http::Schema schema =
        http::Schema::object({{"id", http::Schema::integer().min(1).describe(
                                         "Of the address book; it may have changed since.")}});
    for (const auto& [name, member] : texts)
        schema.members.push_back({name, http::Schema::string().or_null(), http::required});
    for (const auto& [name, member] : degrees)
        schema.members.push_back({name, http::Schema::number().or_null(), http::required});
    return schema.named("OrderAddress").or_null();
}

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

}  // namespace kitchen::orders
