#include "addresses/address_json.h"

#include "addresses/address_fields.h"
#include "kitchen/time.h"

namespace kitchen::auth {
namespace {

using http::Format;
using http::Schema;

constexpr std::pair<const char*, std::optional<double> Address::*> degrees[] = {
    {"latitude", &Address::latitude}, {"longitude", &Address::longitude}};

Schema degree_schema(std::int64_t most) {
    return Schema::number().min(-most).max(most).or_null().describe(
        "Degrees, WGS 84; both or neither");
}

Schema text_schema(const AddressField& field) {
    Schema text = Schema::string().max(field.longest).describe(field.description);
    if (field.presence == AddressField::Presence::optional)
        text.or_null();
    else
        text.min(1);
    return text;
}

void add_positions(Schema& schema, http::Presence presence) {
    schema.members.push_back({"latitude", degree_schema(90), presence});
    schema.members.push_back({"longitude", degree_schema(180), presence});
}

Schema input_schema(bool is_change) {
    Schema schema = Schema::object({});
    for (const AddressField& field : address_fields)
        schema.members.push_back({field.name, text_schema(field),
                                  field.presence == AddressField::Presence::required && !is_change
                                      ? http::required
                                      : http::optional});
    add_positions(schema, http::optional);
    schema.members.push_back(
        {"is_default", Schema::boolean().describe("true: takes the place of the present default"),
         http::optional});
    return schema;
}

}  // namespace

std::string address_json(const SavedAddress& address) {
    std::string text;
    JsonWriter out(text);
    out.begin_object().member("id", address.id);
    for (const AddressField& field : address_fields) {
        const std::string& value = address.*field.text;
        out.key(field.name);
        if (value.empty())
            out.null();
        else
            out.value(value);
    }
    for (const auto& [name, member] : degrees) out.member(name, address.*member);
    out.member("is_default", address.is_default)
        .member("version", address.version)
        .member("created_at", format_rfc3339(from_millis(address.created_at)))
        .member("updated_at", format_rfc3339(from_millis(address.updated_at)))
        .end_object();
    return text;
}

Schema address_schema() {
    Schema schema = Schema::object({{"id", Schema::integer().min(1)}});
    for (const AddressField& field : address_fields)
        schema.members.push_back({field.name, text_schema(field), http::required});
    add_positions(schema, http::required);
    const Schema rest = Schema::object(
        {{"is_default", Schema::boolean().describe("Used when an order names no address")},
         {"version", Schema::integer().min(1).describe("Grows with every change; also the ETag")},
         {"created_at", Schema::string().format(Format::date_time)},
         {"updated_at", Schema::string().format(Format::date_time)}});
    schema.members.insert(schema.members.end(), rest.members.begin(), rest.members.end());
    return schema.named("Address");
}

Schema new_address_schema() { return input_schema(false).named("NewAddress"); }
Schema address_change_schema() { return input_schema(true).named("AddressChange"); }

void apply_json(const Json& body, Address& address) {
    for (const AddressField& field : address_fields)
        if (const Json* text = body.find(field.name))
            address.*field.text = text->is_null() ? std::string() : text->as_string();
    for (const auto& [name, member] : degrees)
        if (const Json* value = body.find(name))
            address.*member = value->is_null() ? std::nullopt : std::optional(value->as_number());
    if (const Json* is_default = body.find("is_default"))
        address.is_default = is_default->as_bool();
}

}  // namespace kitchen::auth
