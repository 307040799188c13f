#include "addresses/address_body.h"

#include "addresses/address_fields.h"
#include "kitchen/time.h"

namespace kitchen::auth {

using http::BodyFields;
using http::Schema;

namespace {

void limit(Schema& text, const AddressField& of) {
    text.max(of.longest).describe(of.description);
    if (of.presence == AddressField::Presence::optional)
        text.or_null();
    else
        text.min(1);
}

void limit_degrees(Schema& number, std::int64_t most) {
    number.min(-most).max(most).or_null().describe("Degrees, WGS 84; both or neither");
}

template <class T>
void describe_input(BodyFields<T>& field, bool is_change) {
    for (const AddressField& of : address_fields)
        limit(of.presence == AddressField::Presence::required && !is_change
                  ? field(of.name, of.text)
                  : field.optional(of.name, of.text),
              of);
    limit_degrees(field.optional("latitude", &T::latitude), 90);
    limit_degrees(field.optional("longitude", &T::longitude), 180);
    field.optional("is_default", &T::is_default)
        .describe("true: takes the place of the present default");
}

}  // namespace

void describe(BodyFields<SavedAddress>& field) {
    field.named("Address");
    field("id", &SavedAddress::id).min(1);
    for (const AddressField& of : address_fields) limit(field(of.name, of.text), of);
    limit_degrees(field("latitude", &SavedAddress::latitude), 90);
    limit_degrees(field("longitude", &SavedAddress::longitude), 180);
    field("is_default", &SavedAddress::is_default).describe("Used when an order names no address");
    field("version", &SavedAddress::version)
        .min(1)
        .describe("Grows with every change; also the ETag");
    field("created_at", [](const SavedAddress& a) { return from_millis(a.created_at); });
    field("updated_at", [](const SavedAddress& a) { return from_millis(a.updated_at); });
}

void NewAddress::describe(BodyFields<NewAddress>& field) {
    field.named("NewAddress");
    describe_input(field, false);
}

void AddressChange::describe(BodyFields<AddressChange>& field) {
    field.named("AddressChange");
    describe_input(field, true);
}

}  // namespace kitchen::auth
