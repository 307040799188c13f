#include "loyalty_routes.h"

#include "kitchen/json.h"

namespace loyalty {

using kitchen::Json;
using kitchen::Result;
using kitchen::Status;
using kitchen::http::Request;
using kitchen::http::Response;
using kitchen::http::Route;
using kitchen::http::Schema;

namespace {

Schema account_schema() {
    auto entry = Schema::object({
        {"kind", Schema::string().one_of({"earned", "cancelled", "redeemed"})},
        {"reference", Schema::string()},
        {"points", Schema::integer().describe("Below zero when they were taken")},
        {"created_at", Schema::string().format(kitchen::http::Format::date_time)},
    });
    return Schema::object({{"points", Schema::integer()}, {"history", Schema::array(entry)}})
        .named("LoyaltyAccount");
}

Schema redeem_schema() {
    return Schema::object(
               {
                   {"points", Schema::integer().min(1).max(1'000'000)},
                   {"reference",
                    Schema::string().min(1).max(64).describe(
                        "What the points are for, such as a receipt's number; once per account")},
               })
        .named("LoyaltyRedemption");
}

}  // namespace

LoyaltyRoutes::LoyaltyRoutes(kitchen::Setup& setup, const LoyaltyService& service)
    : service_(service), log_(setup.log()) {
    setup.add_route(Route::get("/loyalty/")
                        .summary("Your points")
                        .signed_in()
                        .answers(200, "What you have, and how it came to that", account_schema())
                        .handle([this](Request& request) { return read(request); }));
    setup.add_route(
        Route::post("/loyalty/redeem/")
            .summary("Give points away for something")
            .signed_in()
            .body(redeem_schema())
            .answers(200, "What is left", Schema::object({{"points", Schema::integer()}}))
            .answers(409, "Not enough points, or the reference was used before")
            .handle([this](Request& request) { return redeem(request); }));
    // Runs around every handler, on its thread; all it does is look at the response.
    setup.add_middleware(kitchen::http::Phase::observe, "points",
                         [this](Request& request, const kitchen::http::Next& next) {
                             Result<Response> response = next();
                             if (response) watch(request, *response);
                             return response;
                         });
}

Result<Response> LoyaltyRoutes::read(const Request& request) const {
    const auto account = service_.account(request.who().user_id);
    if (!account) return account.error();
    std::string body;
    kitchen::JsonWriter out(body);
    out.begin_object().member("points", account->points).key("history").begin_array();
    for (const Entry& entry : account->history)
        out.begin_object()
            .member("kind", entry.kind)
            .member("reference", entry.reference)
            .member("points", entry.points)
            .member("created_at", kitchen::format_rfc3339(entry.at))
            .end_object();
    out.end_array().end_object();
    return Response::raw_json(200, std::move(body));
}

Result<Response> LoyaltyRoutes::redeem(const Request& request) const {
    const auto left = service_.redeem(request.who().user_id, request.json["points"].as_integer(),
                                      request.json["reference"].as_string());
    if (!left) return left.error();
    return Response::json(200, Json::object({{"points", *left}}));
}

void LoyaltyRoutes::watch(const Request& request, const Response& response) const {
    const Route& route = *request.route;
    if (route.method != "POST" || !route.pattern.starts_with("/orders/") || response.status >= 300)
        return;
    const auto order = kitchen::parse_json(response.body);
    if (!order || !(*order)["id"].is_integer() || !(*order)["total"].is_integer()) return;
    const std::int64_t id = (*order)["id"].as_integer();

    Status noted;
    if ((*order)["status"] == Json("cancelled"))
        noted = service_.order_cancelled(id);
    else if (route.pattern == "/orders/" && request.principal)
        noted = service_.order_placed(request.who().user_id, id, (*order)["total"].as_integer());
    // The order stands, whatever becomes of the points.
    if (!noted) log_.error("points not noted", {{"order_id", id}, {"code", noted.error().code}});
}

}  // namespace loyalty
