#include "promotion_routes.h"

#include <utility>

#include "kitchen/http/page.h"

namespace kitchen::promotions {
namespace {

using http::BodyFields;
using http::Request;
using http::Response;
using http::Route;
using http::Schema;

constexpr std::size_t body_limit = 4096;
constexpr const char* unknown = "Unknown or archived";

/// Read over the terms as they are.
struct PromotionChange : Terms {
    static void describe(BodyFields<PromotionChange>& field);
};

/// A response has all of them, a request those that it sets.
template <class T>
void describe_terms(BodyFields<T>& field, bool is_response) {
    const auto add = [&](const char* name, auto member) -> Schema& {
        return is_response ? field(name, member) : field.optional(name, member);
    };
    add("basis_points", &Terms::basis_points)
        .min(1)
        .max(10'000)
        .or_null()
        .describe(
            "What is taken off, in 1/100 percent of the foods' price: 1000 is 10 %. Either "
            "this or amount.");
    add("amount", &Terms::amount)
        .min(1)
        .max(max_amount)
        .or_null()
        .describe("What is taken off, in minor units; never more than the foods cost.");
    add("max_discount", &Terms::max_discount)
        .min(1)
        .max(max_amount)
        .or_null()
        .describe("The most that basis_points take off, in minor units.");
    add("min_foods", &Terms::min_foods)
        .min(0)
        .max(max_amount)
        .describe("What the foods must cost, in minor units.");
    add("starts_at", &Terms::starts_at).or_null().describe("null: at once.");
    add("ends_at", &Terms::ends_at).or_null().describe("From then on it is expired; null: never.");
    add("max_uses", &Terms::max_uses)
        .min(1)
        .max(max_limit)
        .or_null()
        .describe("Orders of all customers; null: any number.");
    add("max_uses_per_user", &Terms::max_uses_per_user)
        .min(1)
        .max(max_limit)
        .or_null()
        .describe("Orders of one account; null: any number.");
    add("first_order_only", &Terms::first_order_only)
        .describe("Only for an account without an order that still stands.");
    add("active", &Terms::active).describe("false: as if there were no such code.");
}

void PromotionChange::describe(BodyFields<PromotionChange>& field) {
    field.named("PromotionChange");
    describe_terms(field, false);
}

/// The version, and the uses: a copy that shows fewer of them is not taken for fresh.
std::string etag_of(const CountedPromotion& promotion) {
    return '"' + std::to_string(promotion.version) + '-' + std::to_string(promotion.uses) + '"';
}

}  // namespace

static void describe(BodyFields<NewPromotion>& field) {
    field.named("NewPromotion");
    field("code", &NewPromotion::code)
        .min(min_code)
        .max(max_code)
        .describe("ASCII letters, digits, '-' and '_'; upper and lower case count as the same.");
    describe_terms(field, false);
}

static void describe(BodyFields<CountedPromotion>& field) {
    field.named("Promotion");
    field("id", &CountedPromotion::id).min(1);
    field("code", &CountedPromotion::code).describe("In capitals.");
    describe_terms(field, true);
    field("uses", &CountedPromotion::uses)
        .min(0)
        .describe("Orders with this code; cancelled ones are not counted.");
    field("version", &CountedPromotion::version)
        .min(1)
        .describe("Grows with every change; the ETag begins with it.");
    field("created_at", &CountedPromotion::created_at);
    field("updated_at", &CountedPromotion::updated_at);
}

namespace {

Response response(int status, const CountedPromotion& promotion) {
    return Response::json(status, promotion).with_header("ETag", etag_of(promotion));
}

}  // namespace

PromotionRoutes::PromotionRoutes(Setup& setup, PromotionService& promotions, Logger& log)
    : promotions_(promotions), log_(log) {
    setup.add_route(
        Route::get("/admin/promotions/")
            .summary("Promo codes, newest first")
            .roles({"admin"})
            .answers_page<CountedPromotion>("A page, without archived ones", "PromotionPage")
            .handle([this](Request& request) { return list(request); }));
    setup.add_route(Route::post("/admin/promotions/")
                        .summary("Make a promo code")
                        .roles({"admin"})
                        .changes("promotion", newest_promotion_row)
                        .body<NewPromotion>()
                        .body_limit(body_limit)
                        .answers<CountedPromotion>(201, "The promotion; Location is where it lives")
                        .answers(409, "There is one with this code (promotion_exists)")
                        .answers(422, "Some values are not valid, or contradict each other")
                        .handle([this](Request& request) { return add(request); }));
    setup.add_route(Route::get("/admin/promotions/{id:id}/")
                        .summary("One promo code, and how often it was used")
                        .roles({"admin"})
                        .answers<CountedPromotion>(200, "The promotion")
                        .answers(304, "If-None-Match has its version and uses")
                        .answers(404, unknown)
                        .handle([this](Request& request) { return read(request); }));
    setup.add_route(
        Route::patch("/admin/promotions/{id:id}/")
            .summary("Change a promo code")
            .describe("What the body leaves out stays; null takes it away. The code itself stays: "
                      "archive it and make another. Uses so far count against a new limit. Orders "
                      "keep what they were placed with.")
            .roles({"admin"})
            .changes("promotion", promotion_row)
            .if_match()
            .body<PromotionChange>()
            .body_limit(body_limit)
            .answers<CountedPromotion>(200, "The promotion as it is now")
            .answers(404, unknown)
            .answers(422, "Some values are not valid, or contradict each other")
            .handle([this](Request& request) { return change(request); }));
    setup.add_route(Route::del("/admin/promotions/{id:id}/")
                        .summary("Archive a promo code")
                        .describe("Orders keep what it took off. The code can be made anew, and is "
                                  "then counted from 0.")
                        .roles({"admin"})
                        .changes("promotion", promotion_row)
                        .if_match()
                        .answers(204, "Archived")
                        .answers(404, unknown)
                        .handle([this](Request& request) { return archive(request); }));
}

Result<Response> PromotionRoutes::list(Request& request) {
    return http::page_response(
        request, [&](const http::Page& page) { return promotions_.list(page.limit, page.offset); });
}

Result<Response> PromotionRoutes::add(Request& request) {
    Result<CountedPromotion> added = promotions_.add(request.read<NewPromotion>());
    if (!added) return std::move(added).error();
    note("a promotion was made", added->id, request);
    return response(201, *added)
        .with_location("/admin/promotions/" + std::to_string(added->id) + "/");
}

Result<Response> PromotionRoutes::read(Request& request) {
    Result<CountedPromotion> promotion = promotions_.read(request.path_id("id"));
    if (!promotion) return std::move(promotion).error();
    return response(200, *promotion);
}

Result<Response> PromotionRoutes::change(Request& request) {
    Result<CountedPromotion> changed = promotions_.change(
        request.path_id("id"),
        [&request](Terms& terms) {
            PromotionChange change{terms};
            http::read_body(request.json, change);
            terms = change;
        },
        http::if_match(request));
    if (!changed) return std::move(changed).error();
    note("a promotion was changed", changed->id, request);
    return response(200, *changed);
}

Result<Response> PromotionRoutes::archive(Request& request) {
    const std::int64_t id = request.path_id("id");
    if (Status archived = promotions_.archive(id, http::if_match(request)); !archived)
        return std::move(archived).error();
    note("a promotion was archived", id, request);
    return Response::no_content();
}

void PromotionRoutes::note(const char* what, std::int64_t id, const Request& request) {
    log_.info(what, {{"promotion_id", id}, {"by", request.who().user_id}});
}

}  // namespace kitchen::promotions
