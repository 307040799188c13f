#include "loyalty_routes.h"

namespace loyalty {

using kitchen::Result;
using kitchen::http::BodyFields;
using kitchen::http::Request;
using kitchen::http::Response;
using kitchen::http::Route;

namespace {

struct Redemption {
    std::int64_t points = 0;
    std::string reference;

    static void describe(BodyFields<Redemption>& field) {
        field.named("LoyaltyRedemption");
        field("points", &Redemption::points).min(1).max(1'000'000);
        field("reference", &Redemption::reference)
            .min(1)
            .max(64)
            .describe("What the points are for, such as a receipt's number; once per account");
    }
};

struct Left {
    std::int64_t points = 0;

    static void describe(BodyFields<Left>& field) { field("points", &Left::points); }
};

}  // namespace

static void describe(BodyFields<Entry>& field) {
    field("kind", &Entry::kind).one_of({"earned", "cancelled", "redeemed"});
    field("reference", &Entry::reference);
    field("points", &Entry::points).describe("Below zero when they were taken");
    field("created_at", &Entry::at);
}

static void describe(BodyFields<Account>& field) {
    field.named("LoyaltyAccount");
    field("points", &Account::points);
    field("history", &Account::history);
}

LoyaltyRoutes::LoyaltyRoutes(kitchen::Setup& setup, const LoyaltyService& service)
    : service_(service) {
    setup.add_route(Route::get("/loyalty/")
                        .summary("Your points")
                        .signed_in()
                        .answers<Account>(200, "What you have, and how it came to that")
                        .handle([this](Request& request) { return read(request); }));
    setup.add_route(Route::post("/loyalty/redeem/")
                        .summary("Give points away for something")
                        .signed_in()
                        .body<Redemption>()
                        .answers<Left>(200, "What is left")
                        .answers(409, "Not enough points, or the reference was used before")
                        .handle([this](Request& request) { return redeem(request); }));
}

Result<Response> LoyaltyRoutes::read(const Request& request) const {
    const auto account = service_.account(request.who().user_id);
    if (!account) return account.error();
    return Response::json(200, *account);
}

Result<Response> LoyaltyRoutes::redeem(const Request& request) const {
    const auto wanted = request.read<Redemption>();
    const auto left = service_.redeem(request.who().user_id, wanted.points, wanted.reference);
    if (!left) return left.error();
    return Response::json(200, Left{*left});
}

}  // namespace loyalty
