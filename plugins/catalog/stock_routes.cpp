#include "stock_routes.h"

#include "food_body.h"
#include "food_routes.h"
#include "food_rules.h"
#include "kitchen/http/page.h"
#include "kitchen/time.h"

namespace kitchen::catalog {

using http::BodyFields;
using http::Request;
using http::Response;
using http::Route;

static void describe(BodyFields<StockLine>& field) {
    field.named("StockEntry");
    field("id", &StockLine::id).min(1);
    field("delta", &StockLine::delta);
    field("quantity_after", &StockLine::quantity_after)
        .min(0)
        .or_null()
        .describe("null: not counted from then on.");
    field("reason", &StockLine::reason);
    field("reference", &StockLine::reference)
        .or_null()
        .describe("What caused it, such as an order.");
    field("by", &StockLine::by_user)
        .min(1)
        .or_null()
        .describe("The user who did it; null: the system.");
    field("created_at", [](const StockLine& line) { return from_millis(line.at); });
}

namespace {

struct StockAdjustment {
    std::int64_t delta = 0;
    std::string reason;

    static void describe(BodyFields<StockAdjustment>& field) {
        field.named("StockAdjustment");
        field("delta", &StockAdjustment::delta)
            .min(-max_quantity)
            .max(max_quantity)
            .describe("Portions to add; not 0.");
        field("reason", &StockAdjustment::reason).min(1).max(max_reason);
    }
};

Route adjust_route() {
    Route route = Route::post("/foods/{id:id}/stock/");
    route.summary("Add to or take from the stock of a food")
        .describe("One step, whatever is being sold meanwhile. Only for foods that are counted.")
        .roles({"admin", "kitchen"})
        .changes("food", food_row)
        .if_match()
        .body<StockAdjustment>()
        .answers<Food>(200, "The food with its new available_quantity")
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
        .answers_page<StockLine>("A page of the journal", "StockPage")
        .answers(404, "There has never been such a food");
    return route;
}

}  // namespace

StockRoutes::StockRoutes(Setup& setup, FoodService& service) : service_(service) {
    setup.add_route(adjust_route().handle([this](Request& r) { return adjust(r); }));
    setup.add_route(journal_route().handle([this](Request& r) { return journal(r); }));
}

Result<Response> StockRoutes::adjust(const Request& request) const {
    const auto wanted = request.read<StockAdjustment>();
    const Result<Food> food = service_.adjust_stock(
        request.path_id("id"), wanted.delta, wanted.reason,
        [&](const Food& now) { return if_match(request, count_tag_of(now)); },
        request.who().user_id);
    if (!food) return food.error();
    return food_response(200, *food);
}

Result<Response> StockRoutes::journal(const Request& request) const {
    return http::page_response(
        request,
        [&](const http::Page& page) {
            return service_.journal(request.path_id("id"), page.limit, page.offset);
        },
        [](JsonWriter& out, const Row& row) { http::write_body(out, StockLine(row)); });
}

}  // namespace kitchen::catalog
