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

}  // namespace kitchen::orders
