#include "addresses/address_routes.h"

#include "addresses/address_rules.h"
#include "kitchen/http/page.h"
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
    field.optional("phone_number", &T::phone).or_null().max(40).describe("As phone");
    limit_degrees(field.optional("latitude", &T::latitude), 90);
    limit_degrees(field.optional("longitude", &T::longitude), 180);
    field.optional("is_default", &T::is_default)
        .describe("true: takes the place of the present default");
}

using http::Request;
using http::Response;
using http::Route;

constexpr std::size_t body_limit = 16 * 1024;
constexpr const char* not_yours = "No such address of this account";

Response response(int status, const SavedAddress& address) {
    return Response::json(status, address).with_version(address.version);
}

}  // namespace

void describe(BodyFields<SavedAddress>& field) {
    field.named("Address");
    field("id", &SavedAddress::id).min(1);
    for (const AddressField& of : address_fields) limit(field(of.name, of.text), of);
    field("phone_number", &SavedAddress::phone)
        .or_null()
        .describe("As phone: its name in accounts");
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

void AddressRoutes::declare(Setup& setup) {
    setup.add_route(Route::get("/me/addresses/")
                        .summary("Your address book")
                        .signed_in()
                        .answers_page<SavedAddress>("A page: the default address first, then by id",
                                                    "AddressPage")
                        .handle([this](Request& request) { return list(request); }));
    setup.add_route(Route::post("/me/addresses/")
                        .summary("Put an address into your address book")
                        .describe("The first one is the default, whatever is_default says.")
                        .signed_in()
                        .body<NewAddress>()
                        .check([this](const Json& body) {
                            NewAddress address;
                            http::read_body(body, address);
                            return book_.check(std::move(address));
                        })
                        .body_limit(body_limit)
                        .answers<SavedAddress>(201, "The address; Location is where it lives")
                        .answers(409, "The address book is full (address_book_full)")
                        .answers(422, "Some values are not valid")
                        .handle([this](Request& request) { return add(request); }));
    setup.add_route(Route::get("/me/addresses/{id:id}/")
                        .summary("One of your addresses")
                        .signed_in()
                        .answers<SavedAddress>(200, "The address; its version is the ETag")
                        .answers(304, "If-None-Match has its version")
                        .answers(404, not_yours)
                        .handle([this](Request& request) { return read(request); }));
    setup.add_route(
        Route::patch("/me/addresses/{id:id}/")
            .summary("Change an address")
            .describe("What the body leaves out stays; null takes it away. Orders keep the address "
                      "as it was when they were placed. "
                      "The default address ceases to be it only when another becomes it.")
            .signed_in()
            .if_match()
            .body<AddressChange>()
            .body_limit(body_limit)
            .answers<SavedAddress>(200, "The address as it is now")
            .answers(404, not_yours)
            .answers(422, "Some values are not valid")
            .handle([this](Request& request) { return change(request); }));
    setup.add_route(Route::del("/me/addresses/{id:id}/")
                        .summary("Delete an address")
                        .describe("When it was the default, the one with the lowest id becomes it. "
                                  "Orders keep the address.")
                        .signed_in()
                        .if_match()
                        .answers(204, "Gone")
                        .answers(404, not_yours)
                        .handle([this](Request& request) { return remove(request); }));
}

Result<Response> AddressRoutes::list(const Request& request) const {
    return http::page_response(request, [&](const http::Page& page) {
        return book_.list(request.who().user_id, page.limit, page.offset);
    });
}

Result<Response> AddressRoutes::read(const Request& request) const {
    const auto address = book_.read(request.who().user_id, request.path_id("id"));
    if (!address) return address.error();
    return response(200, *address);
}

Result<Response> AddressRoutes::add(const Request& request) const {
    const auto added = book_.add(request.who().user_id, request.read<NewAddress>());
    if (!added) return added.error();
    return response(201, *added).with_location("/me/addresses/" + std::to_string(added->id) + "/");
}

Result<Response> AddressRoutes::change(const Request& request) const {
    const auto changed = book_.change(
        request.who().user_id, request.path_id("id"),
        [&request](Address& address) {
            AddressChange change{address};
            http::read_body(request.json, change);
            address = change;
        },
        if_match(request));
    if (!changed) return changed.error();
    return response(200, *changed);
}

Result<Response> AddressRoutes::remove(const Request& request) const {
    if (Status removed =
            book_.remove(request.who().user_id, request.path_id("id"), if_match(request));
        !removed)
        return std::move(removed).error();
    return Response::no_content();
}

}  // namespace kitchen::auth
