#include "rating_routes.h"

#include "kitchen/http/body.h"
#include "kitchen/http/page.h"
#include "kitchen/text.h"
#include "kitchen/time.h"

namespace kitchen::ratings {

using http::BodyFields;
using http::Request;
using http::Response;
using http::Route;

static void describe(BodyFields<Rating>& field) {
    field.named("FoodRating");
    field("id", &Rating::id).min(1);
    field("rating", &Rating::stars).min(1).max(5);
    field("comment", &Rating::comment).or_null();
    field("created_at", [](const Rating& rating) { return from_millis(rating.created_at); });
    field("updated_at", [](const Rating& rating) { return from_millis(rating.updated_at); });
}

namespace {

struct NewRating {
    std::int64_t rating = 0;
    std::string comment;

    static void describe(BodyFields<NewRating>& field) {
        field.named("NewFoodRating");
        field("rating", &NewRating::rating).min(1).max(5).describe("Stars; 5 is the best");
        field.optional("comment", &NewRating::comment).max(1000).or_null();
    }
};

Status check_comment(const Json& body) {
    NewRating wanted;
    http::read_body(body, wanted);
    if (has_control_characters(wanted.comment, true))
        return invalid_field("/comment", "format", "Must not hold control characters.");
    return {};
}

Route list_route() {
    Route route = Route::get("/foods/{id:id}/ratings/");
    route.summary("What customers say of a food, newest first")
        .describe("Never who they are. The food itself has their count and average.")
        .answers_page<Rating>("A page of ratings", "FoodRatingPage")
        .answers(404, "The food is unknown or deleted");
    return route;
}

Route add_route() {
    Route route = Route::post("/foods/{id:id}/ratings/");
    route.summary("Rate a food that you have had")
        .describe(
            "As soon as one of your orders that holds it, as an item or as a side, is completed; "
            "once.")
        .signed_in()
        .body<NewRating>()
        .check(check_comment)
        .answers<Rating>(201, "The rating")
        .answers(404, "The food is unknown or deleted")
        .answers(409,
                 "No completed order of yours holds it (not_bought), or you have rated it before "
                 "(already_rated)")
        .answers(422, "Some values are not valid");
    return route;
}

Route remove_route() {
    Route route = Route::del("/foods/{id:id}/ratings/{rating_id:id}/");
    route.summary("Take a rating away")
        .describe("The food loses its stars too. Its author can rate again.")
        .roles({"admin"})
        .changes("rating", rating_row)
        .answers(204, "Gone")
        .answers(404, "The food has no such rating");
    return route;
}

}  // namespace

RatingRoutes::RatingRoutes(Setup& setup, RatingService& service) : service_(service) {
    setup.add_route(list_route().handle([this](Request& r) { return list(r); }));
    setup.add_route(add_route().handle([this](Request& r) { return add(r); }));
    setup.add_route(remove_route().handle([this](Request& r) { return remove(r); }));
}

Result<Response> RatingRoutes::add(const Request& request) const {
    const auto wanted = request.read<NewRating>();
    const Result<Rating> rating = service_.add(request.path_id("id"), request.who().user_id,
                                               wanted.rating, trimmed(wanted.comment));
    if (!rating) return rating.error();
    return Response::json(201, *rating);
}

Result<Response> RatingRoutes::list(const Request& request) const {
    return http::page_response(request, [&](const http::Page& page) {
        return service_.list(request.path_id("id"), page.limit, page.offset);
    });
}

Result<Response> RatingRoutes::remove(const Request& request) const {
    if (Status done = service_.remove(request.path_id("id"), request.path_id("rating_id")); !done)
        return std::move(done).error();
    return Response::no_content();
}

}  // namespace kitchen::ratings
