#include "cart_routes.h"

#include <cinttypes>
#include <cstdio>
#include <utility>

#include "cart_body.h"

namespace kitchen::cart {

using http::Request;
using http::Response;
using http::Route;
using http::Schema;

namespace {

constexpr std::size_t body_limit = 16 * 1024;

/// The list, or the one id that the original clients send in its place.
Result<std::vector<std::int64_t>> side_ids(const Json& body, const std::string& list,
                                           const std::string& single, std::vector<std::int64_t> ids,
                                           std::optional<std::int64_t> one) {
    if (body.find(list) && body.find(single))
        return invalid_field('/' + single, "conflict",
                             "Give either " + list + " or " + single + ", not both.");
    if (one) ids.push_back(*one);
    return ids;
}

/// Names the field that the client did send.
Error in_terms_of(Error error, const Json& body) {
    for (Fault& fault : error.faults)
        for (const auto& [list, single] : {std::pair{"/side_protein_ids", "side_protein_id"},
                                           {"/extra_side_ids", "extra_side_id"}})
            if (fault.pointer.starts_with(list) && body.find(single))
                fault.pointer = std::string("/") + single;
    return error;
}

// The validators of a cart: its version, and for reads also what the catalogue has done to it
// since.
//
// GET /cart/ shows today's prices, so the same version can look different from one day to the next.
// The tag is "7" as long as the cart looks as it did when it became version 7, and
// "7-<hexadecimal>" once the catalogue has moved: then a cached copy is not taken for fresh. A
// write asks only whether the cart itself has changed: If-Match takes either.

/// With its quotes.
std::string etag_of(const CartView& view) {
    std::string tag = '"' + std::to_string(view.contents.version);
    if (view.moved) {
        char digits[18];
        std::snprintf(digits, sizeof digits, "-%016" PRIx64,
                      static_cast<std::uint64_t>(view.fingerprint));
        tag += digits;
    }
    return tag + '"';
}

}  // namespace

CartRoutes::CartRoutes(Setup& setup, CartService& carts, const Catalog& catalog)
    : carts_(carts), catalog_(catalog) {
    setup.add_route(Route::get("/cart/")
                        .summary("Your cart at today's prices")
                        .signed_in()
                        .answers<CartBody>(200, "The cart")
                        .handle([this](Request& request) { return read(request); }));
    setup.add_route(Route::post("/cart/")
                        .summary("Put a food into your cart")
                        .describe("Adds an item, or raises the quantity of the item with the same "
                                  "food, the same set of sides and the same instructions. "
                                  "A quantity is 1 to 99 for one request; an item may grow by "
                                  "several requests up to 9,999, and be set to anything up to "
                                  "that.")
                        .signed_in()
                        .if_match()
                        .body<NewItem>()
                        .body_limit(body_limit)
                        .answers<LineView>(201, "A new item")
                        .answers<LineView>(200, "The item, with its quantity raised")
                        .answers(409,
                                 "A food does not exist, is not available, is short, or may not go "
                                 "together; or the cart is full")
                        .handle([this](Request& request) { return add(request); }));
    setup.add_route(Route::patch("/cart/{item_id:id}/")
                        .summary("Change the quantity or the instructions of an item")
                        .signed_in()
                        .if_match()
                        .body<LineChange>()
                        .body_limit(body_limit)
                        .answers<LineView>(200, "The item")
                        .answers(404, "No such item in your cart")
                        .answers(409, "There is not that much of it")
                        .handle([this](Request& request) { return change(request); }));
    setup.add_route(Route::del("/cart/{item_id:id}/")
                        .summary("Take an item out of your cart")
                        .signed_in()
                        .if_match()
                        .answers(204, "Gone")
                        .response_header("ETag", "The version of the cart without it")
                        .answers(404, "No such item in your cart")
                        .handle([this](Request& request) { return remove(request); }));
    for (const char* pattern : {"/cart/clear/", "/cart/"})
        setup.add_route(
            Route::del(pattern)
                .summary("Empty your cart")
                .signed_in()
                .if_match()
                .answers(200, "It is empty now", Schema::object({{"message", Schema::string()}}))
                .handle([this](Request& request) { return clear(request); }));
}

Result<Response> CartRoutes::read(Request& request) {
    Result<CartView> view = carts_.view(request.who().user_id);
    if (!view) return std::move(view).error();
    return Response::json(200, CartBody{view->contents, catalog_})
        .with_header("ETag", etag_of(*view));
}

Result<Response> CartRoutes::add(Request& request) {
    const Json& body = request.json;
    auto wanted = request.read<NewItem>();
    Result<std::vector<std::int64_t>> proteins =
        side_ids(body, "side_protein_ids", "side_protein_id", wanted.side_protein_ids,
                 wanted.side_protein_id);
    if (!proteins) return std::move(proteins).error();
    Result<std::vector<std::int64_t>> extras = side_ids(
        body, "extra_side_ids", "extra_side_id", wanted.extra_side_ids, wanted.extra_side_id);
    if (!extras) return std::move(extras).error();
    wanted.sides = {*std::move(proteins), *std::move(extras)};

    Result<ChangedLine> added = carts_.add(request.who().user_id, wanted, http::if_match(request));
    if (!added) return in_terms_of(std::move(added).error(), body);
    return Response::json(added->created ? 201 : 200, LineView{added->line, catalog_})
        .with_version(added->version);
}

Result<Response> CartRoutes::change(Request& request) {
    auto wanted = request.read<LineChange>();
    if (!wanted.special_instructions && request.json.find("special_instructions"))
        wanted.special_instructions.emplace();  // null takes them away

    Result<ChangedLine> changed = carts_.change(request.who().user_id, request.path_id("item_id"),
                                                wanted, http::if_match(request));
    if (!changed) return std::move(changed).error();
    return Response::json(200, LineView{changed->line, catalog_}).with_version(changed->version);
}

Result<Response> CartRoutes::remove(Request& request) {
    Result<std::int64_t> version =
        carts_.remove(request.who().user_id, request.path_id("item_id"), http::if_match(request));
    if (!version) return std::move(version).error();
    return Response::no_content().with_version(*version);
}

Result<Response> CartRoutes::clear(Request& request) {
    Result<std::int64_t> version = carts_.clear(request.who().user_id, http::if_match(request));
    if (!version) return std::move(version).error();
    return Response::json(200, Json::object({{"message", "Cart cleared successfully"}}))
        .with_version(*version);
}

}  // namespace kitchen::cart
