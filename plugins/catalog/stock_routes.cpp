#include "stock_routes.h"

#include "food_routes.h"
#include "food_schema.h"
#include "kitchen/http/page.h"
#include "kitchen/time.h"

namespace kitchen::catalog {

using http::Request;
using http::Response;
using http::Route;

namespace {

void write_line(JsonWriter& out, const StockLine& line) {
    out.begin_object()
        .member("id", line.id)
        .member("delta", line.delta)
        .member("quantity_after", line.quantity_after)
        .member("reason", line.reason)
        .member("reference", line.reference)
        .member("by", line.by_user)
        .member("created_at", format_rfc3339(from_millis(line.created_at)))
        .end_object();
}

Route adjust_route() {
    Route route = Route::post("/foods/{id:id}/stock/");
    route.summary("Add to or take from the stock of a food")
        .describe("One step, whatever is being sold meanwhile. Only for foods that are counted.")
        .roles({"admin", "kitchen"})
        .if_match()
        .body(stock_adjustment_schema())
        .answers(200, "The food with its new available_quantity", food_schema())
        .answers(404, "Unknown or deleted")
        .answers(409,
                 "Below zero (insufficient_stock), not counted (stock_not_counted) or too many "
                 "(stock_too_large)")
        .answers(422, "Some values are not valid");
    return route;
}

Route journal_route() {
    Route route = Route::get("/foods/{id:id}/stock/");
    route.summary("The stock journal of a food, newest first")
        .describe(
            "Every change of its count. The deltas add up to the count; not counted stands for 0. "
            "Deleted foods keep theirs.")
        .roles({"admin"})
        .answers_page("A page of the journal", stock_entry_schema(), "StockPage")
        .answers(404, "There has never been such a food");
    return route;
}

}  // namespace

StockRoutes::StockRoutes(Setup& setup, FoodService& service) : service_(service) {
    setup.add_route(adjust_route().handle([this](Request& r) { return adjust(r); }));
    setup.add_route(journal_route().handle([this](Request& r) { return journal(r); }));
}

Result<Response> StockRoutes::adjust(const Request& request) const {
    const Result<Food> food = service_.adjust_stock(
        request.path_id("id"), request.json["delta"].as_integer(),
        request.json["reason"].as_string(), if_match(request), request.who().user_id);
    if (!food) return food.error();
    return food_response(200, *food);
}

Result<Response> StockRoutes::journal(const Request& request) const {
    return http::page_response(
        request,
        [&](const http::Page& page) {
            return service_.journal(request.path_id("id"), page.limit, page.offset);
        },
        [](JsonWriter& out, const Row& row) { write_line(out, StockLine(row)); });
}

}  // namespace kitchen::catalog
