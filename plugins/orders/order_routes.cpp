#include "order_routes.h"

#include <algorithm>
#include <utility>

#include "kitchen/http/page.h"
#include "kitchen/text.h"
#include "order_body.h"
#include "receipt.h"

namespace kitchen::orders {

using http::Request;
using http::Response;
using http::Route;
using http::Schema;

namespace {

constexpr std::size_t body_limit = 16 * 1024;
constexpr const char* checkout_route = "POST /orders/";

std::string path_of(std::int64_t order_id) { return "/orders/" + std::to_string(order_id) + "/"; }

/// Nothing without the header.
Result<std::optional<IdempotentRequest>> idempotency_of(const Request& request) {
    Result<std::optional<std::string>> key = http::idempotency_key(request);
    if (!key) return std::move(key).error();
    if (!*key) return std::optional<IdempotentRequest>();
    return std::optional<IdempotentRequest>(IdempotentRequest{
        request.who().user_id, checkout_route, **std::move(key), request.json.canonical()});
}

}  // namespace

OrderRoutes::OrderRoutes(Setup& setup, CheckoutService& checkout, OrderService& orders, Logger& log,
                         const std::string& time_zone)
    : checkout_(checkout), orders_(orders), log_(log), zone_(Zone::find(time_zone).value()) {
    const std::vector<std::string> staff = {"kitchen", "admin"};

    setup.add_route(
        Route::post("/cart/quote/")
            .summary("What ordering the cart would cost")
            .describe("The same computation as the checkout. Writes nothing.")
            .signed_in()
            .body<QuoteRequest>()
            .check([this](const Json& body) {
                QuoteRequest wanted;
                http::read_body(body, wanted);
                if (!body.has("fulfillment_type")) wanted.fulfillment = Fulfillment::delivery;
                return checkout_.check(wanted);
            })
            .body_limit(body_limit)
            .answers<QuoteView>(
                200, "The price, line by line, and everything that would stop the checkout")
            .answers(404, "No such address of this account (address_not_found)")
            .handle([this](Request& request) { return quote(request); }));
    setup.add_route(
        Route::get("/store/explain/")
            .summary("Why a food can or cannot be ordered")
            .describe("What the checkout would say of one portion of it, at a time.")
            .query({"food_id", Schema::integer().min(1), "The food.", "", true})
            .query({"at", Schema::string().format(http::Format::date_time),
                    "When it should be ready; left out: now.", "", false})
            .query({"fulfillment_type", http::schema_of<Fulfillment>(), "Left out: pickup."})
            .answers<Explanation>(200, "Everything that stops it")
            .answers(404, "No such food (food_not_found)")
            .handle([this](Request& request) { return explain(request); }));
    setup.add_route(
        Route::post("/orders/")
            .summary("Order what is in your cart")
            .describe("Takes the stock, freezes names and prices, and empties the cart, all or "
                      "nothing. With an "
                      "Idempotency-Key a repeated request gives the first answer again, for 24 "
                      "hours; a request that failed "
                      "may be tried again under its key. A delivery goes to the address with "
                      "address_id, or else to the default one; the order "
                      "keeps the address as it is now. Without any address a delivery is 422 "
                      "(address_required), unless the restaurant allows it. If-Match is the "
                      "version of the cart that the customer has seen (its ETag, or cart_version "
                      "of the quote).")
            .signed_in()
            .header({"Idempotency-Key", Schema::string().min(1).max(255),
                     "Visible ASCII; one for each order.", "", false})
            .response_header("Idempotent-Replayed", "true when it had been placed before")
            .body<CheckoutRequest>()
            .check([this](const Json& body, const Request& request) {
                CheckoutRequest checkout;
                http::read_body(body, checkout);
                // Of which less can be said without the address.
                if (!body.has("fulfillment_type")) checkout.fulfillment = Fulfillment::delivery;
                return checkout_.check(checkout, request.header("idempotency-key") != nullptr);
            })
            .body_limit(body_limit)
            .answers<OrderView>(201, "The order; Location is where it lives")
            .if_match()
            .answers(404, "No such address of this account (address_not_found)")
            .answers(
                409,
                "Something cannot be had (items_unavailable), with every item in errors; something "
                "else stands in the way (checkout_refused); the total is another by now "
                "(total_changed), with the members total and currency; or the first request with "
                "this key still runs (idempotency_key_in_use)")
            .handle([this](Request& request) { return place(request); }));

    setup.add_route(Route::get("/orders/")
                        .summary("Your orders, newest first")
                        .describe("Kitchen and admin see everybody's.")
                        .signed_in()
                        .query({"status", Schema::array(http::schema_of<OrderState>()).max(20),
                                "Only orders in one of these states."})
                        .query({"from", Schema::string().format(http::Format::date_time),
                                "Placed at this time or later.", "", false})
                        .query({"to", Schema::string().format(http::Format::date_time),
                                "Placed at this time or earlier.", "", false})
                        .query(http::page_cursor())
                        .answers_page<OrderView>("A page", "OrderPage")
                        .handle([this](Request& request) { return list(request); }));

    setup.add_route(Route::get("/orders/{id:id}/")
                        .summary("One order")
                        .signed_in()
                        .answers<OrderView>(200, "The order")
                        .answers(304, "If-None-Match has its version")
                        .answers(404, "No such order of this account")
                        .handle([this](Request& request) { return read(request); }));
    setup.add_route(Route::post("/orders/{id:id}/reorder/")
                        .summary("Put an order into your cart again")
                        .describe("What can still be had, beside what is in the cart, at today's "
                                  "prices; `problems` says what cannot.")
                        .signed_in()
                        .answers<ReorderView>(200, "What became of it")
                        .answers(404, "No such order of yours")
                        .handle([this](Request& request) { return reorder(request); }));
    setup.add_route(Route::get("/orders/{id:id}/receipt/")
                        .summary("The receipt of an order")
                        .describe("For print where Accept prefers text/html.")
                        .signed_in()
                        .answers<ReceiptView>(200, "The receipt")
                        .answers(200, "The receipt, for print", "text/html")
                        .answers(404, "No such order of this account")
                        .handle([this](Request& request) { return receipt(request); }));
    setup.add_route(
        Route::post("/orders/{id:id}/cancel/")
            .summary("Cancel an order")
            .describe("Customers while it is pending or confirmed; kitchen and admin until it is "
                      "completed, with a reason.")
            .signed_in()
            .changes("order", order_row)
            .if_match()
            .body<Cancellation>()
            .optional_body()
            .body_limit(body_limit)
            .answers<OrderView>(200, "The order, cancelled")
            .answers(404, "No such order of this account")
            .answers(409, "Too late; the member allowed_transitions says what is possible")
            .handle([this](Request& request) { return cancel(request); }));
    setup.add_route(
        Route::post("/orders/{id:id}/status/")
            .summary("Move an order along")
            .roles(staff)
            .changes("order", order_row)
            .if_match()
            .body<StatusChange>()
            .body_limit(body_limit)
            .answers<OrderView>(200, "The order")
            .answers(404, "No such order")
            .answers(409,
                     "Not from where it is; the member allowed_transitions says what is possible")
            .handle([this](Request& request) { return change_status(request); }));
}

Result<Response> OrderRoutes::quote(Request& request) {
    auto wanted = request.read<QuoteRequest>();
    wanted.user_id = request.who().user_id;
    wanted.promo_code = trimmed(wanted.promo_code);
    Result<Quote> quote = checkout_.quote(wanted);
    if (!quote) return std::move(quote).error();
    return Response::json(200, QuoteView{*quote});
}

Result<Response> OrderRoutes::explain(Request& request) {
    const auto food_id = request.query_integer("food_id");
    std::optional<Timestamp> at;
    if (const auto given = request.query("at")) at = parse_rfc3339(*given);
    Fulfillment fulfillment = Fulfillment::pickup;
    if (const auto given = request.query("fulfillment_type"))
        fulfillment = parse_fulfillment(*given).value();
    Result<Explanation> explanation = checkout_.explain(food_id.value(), at, fulfillment);
    if (!explanation) return std::move(explanation).error();
    return Response::json(200, *explanation);
}

Result<Response> OrderRoutes::place(Request& request) {
    Result<std::optional<IdempotentRequest>> idempotency = idempotency_of(request);
    if (!idempotency) return std::move(idempotency).error();

    auto checkout = request.read<CheckoutRequest>();
    checkout.buyer = viewer_of(request);
    checkout.promo_code = trimmed(checkout.promo_code);
    checkout.contact_name = trimmed(checkout.contact_name);
    checkout.delivery_instructions = trimmed(checkout.delivery_instructions);

    Result<Placed> placed = checkout_.place(checkout, *idempotency, if_match(request));
    if (!placed) return std::move(placed).error();
    const Order& order = placed->order;
    if (!placed->replayed)
        log_.info("order placed", {{"order_id", order.id}, {"user_id", order.user_id}});

    // For the role in which it was placed, so that a replay is the first response again.
    Response response = Response::json(201, OrderView{order, actor_of(order.history.front().by)})
                            .with_location(path_of(order.id))
                            .with_version(order.version);
    if (placed->replayed) return std::move(response).with_header("Idempotent-Replayed", "true");
    return response;
}

Result<Response> OrderRoutes::list(Request& request) {
    OrderFilter filter;
    for (const std::string_view status : request.query_list("status"))
        filter.states.push_back(parse_state(status).value());
    std::sort(filter.states.begin(), filter.states.end());
    filter.states.erase(std::unique(filter.states.begin(), filter.states.end()),
                        filter.states.end());
    if (const auto from = request.query("from")) filter.from = parse_rfc3339(*from);
    if (const auto to = request.query("to")) filter.to = parse_rfc3339(*to);
    const Viewer viewer = viewer_of(request);
    return http::page_response(
        request,
        [&](const http::Page& page) {
            if (page.cursor) {
                filter.starting_after = page.cursor->last;
                filter.total_count = page.cursor->total_count;
            }
            return orders_.list(viewer, filter, page.limit, page.cursor ? 0 : page.offset);
        },
        [&](JsonWriter& out, const Order& order) { out.raw(order_json(order, actor_of(viewer))); });
}

Result<Response> OrderRoutes::read(Request& request) {
    const Viewer viewer = viewer_of(request);
    Result<Order> order = orders_.read(viewer, request.path_id("id"));
    if (!order) return std::move(order).error();
    return Response::json(200, OrderView{*order, actor_of(viewer)}).with_version(order->version);
}

Result<Response> OrderRoutes::reorder(Request& request) {
    const Result<Carts::Filled> filled =
        checkout_.reorder(request.who().user_id, request.path_id("id"));
    if (!filled) return filled.error();
    return Response::json(200, ReorderView{*filled});
}

Result<Response> OrderRoutes::receipt(Request& request) {
    Result<Order> order = orders_.read(viewer_of(request), request.path_id("id"));
    if (!order) return std::move(order).error();
    const std::string* const accept = request.header("accept");
    if (!accept || !prefers_html(*accept))
        return Response::json(200, ReceiptView{*order}).with_header("Vary", "Accept");
    Response response(200);
    response.body = receipt_html(*order, zone_);
    return std::move(response)
        .with_header("Content-Type", "text/html; charset=utf-8")
        .with_header("Content-Security-Policy",
                     "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
        .with_header("Vary", "Accept");
}

Result<Response> OrderRoutes::cancel(Request& request) {
    return move(request, OrderState::cancelled, request.read<Cancellation>().reason);
}

Result<Response> OrderRoutes::change_status(Request& request) {
    const auto change = request.read<StatusChange>();
    return move(request, change.status, change.reason);
}

Result<Response> OrderRoutes::move(Request& request, OrderState to, const std::string& reason) {
    const Viewer viewer = viewer_of(request);
    const std::int64_t id = request.path_id("id");
    Result<Order> order = orders_.move(viewer, id, to, trimmed(reason), if_match(request));
    if (!order) return std::move(order).error();
    log_.info("order moved", {{"order_id", id}, {"status", to_text(to)}, {"by", viewer.user_id}});
    return Response::json(200, OrderView{*order, actor_of(viewer)}).with_version(order->version);
}

}  // namespace kitchen::orders
