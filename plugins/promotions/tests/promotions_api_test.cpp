// Promo codes over a real socket, through the real loader.
#include <set>

#include "promotions_restaurant.h"

namespace kitchen::promotions {

using testkit::expect_status;
using testkit::Restaurant;

TEST_P(PromotionsApi, TheQuoteIsWhatTheOrderCosts) {
    const HttpResponse made = make(Json::object({{"code", "spring10"}, {"basis_points", 1'000}}));
    EXPECT_EQ(made.header("location"), path_of(made));
    EXPECT_EQ(made.json["code"].as_string(), "SPRING10");
    HttpClient customer = restaurant.customer();
    fill_cart(customer, restaurant.food("Jollof", 199'995), 1);
    fill_cart(customer, restaurant.food("Suya", 33'333), 3);

    const HttpResponse quote = customer.post("/cart/quote/", pickup("Spring10"));
    ASSERT_EQ(quote.status, 200) << quote.body;
    EXPECT_EQ(faults_in(quote.json["problems"]), "");
    EXPECT_EQ(discount_of(quote.json), 29'999);  // of 299,994
    EXPECT_EQ(uses(made), 0);
    Json body = pickup("Spring10");
    body.set("expected_total", quote.json["total"]);
    const HttpResponse order = customer.post("/orders/", body);
    ASSERT_EQ(order.status, 201) << order.body;
    for (const char* part : {"subtotal", "discount", "service_fee", "tax", "total", "amounts"})
        EXPECT_EQ(order.json[part], quote.json[part]) << part;
    EXPECT_EQ(order.json["amounts"].as_array()[0]["name"].as_string(), "SPRING10");
    std::int64_t of_items = 0;
    for (const Json& item : order.json["items"].as_array()) of_items += discount_of(item);
    EXPECT_EQ(of_items, 29'999);
    EXPECT_EQ(uses(made), 1);
}

TEST_P(PromotionsApi, EachRefusalIsSaidByTheQuoteAndStopsTheOrder) {
    make(Json::object({{"code", "SOON"}, {"amount", 5}, {"starts_at", "2999-01-01T00:00:00Z"}}));
    make(Json::object({{"code", "LATE"}, {"amount", 5}, {"ends_at", "2001-01-01T00:00:00+01:00"}}));
    make(Json::object({{"code", "MUCH"}, {"amount", 5}, {"min_foods", 100'050}}));
    make(Json::object({{"code", "OFF"}, {"amount", 5}, {"active", false}}));
    const HttpResponse rare =
        make(Json::object({{"code", "RARE"}, {"amount", 5}, {"max_uses", 1}}));
    make(Json::object({{"code", "ONCE"}, {"amount", 5}, {"max_uses_per_user", 1}}));
    make(Json::object({{"code", "FIRST"}, {"amount", 5}, {"first_order_only", true}}));
    const std::int64_t dish = restaurant.food("Jollof", 100'000);
    HttpClient customer = restaurant.customer();
    for (const char* code : {"FIRST", "ONCE", "RARE"}) {
        fill_cart(customer, dish);
        const HttpResponse order = customer.post("/orders/", pickup(code));
        ASSERT_EQ(order.status, 201) << order.body;
        EXPECT_EQ(discount_of(order.json), 5);
    }
    fill_cart(customer, dish);
    for (const auto& [code, fault] : {std::pair("SOON", "promo_not_started"),
                                      {"LATE", "promo_expired"},
                                      {"MUCH", "promo_minimum"},
                                      {"RARE", "promo_used_up"},
                                      {"ONCE", "promo_already_used"},
                                      {"FIRST", "promo_not_first_order"},
                                      {"OFF", "unknown"},
                                      {"NOPE", "unknown"}}) {
        const std::string expected = std::string("/promo_code ") + fault;
        const HttpResponse quote = customer.post("/cart/quote/", pickup(code));
        EXPECT_EQ(faults_in(quote.json["problems"]), expected) << quote.body;
        EXPECT_EQ(discount_of(quote.json), 0);
        const HttpResponse order = customer.post("/orders/", pickup(code));
        EXPECT_EQ(order.status, 409);
        EXPECT_EQ(order.problem_code(), "checkout_refused");
        EXPECT_EQ(faults_in(order.json["errors"]), expected) << order.body;
    }
    EXPECT_EQ(customer.post("/orders/", pickup(std::string(10'000, 'A'))).status, 422);
    EXPECT_EQ(uses(rare), 1);
}

TEST_P(PromotionsApi, ACancelledOrderGivesItsUseBack) {
    const HttpResponse made = make(Json::object({{"code", "ONLYONE"},
                                                 {"amount", 1'000'000},
                                                 {"max_uses", 1},
                                                 {"max_uses_per_user", 1},
                                                 {"first_order_only", true}}));
    const std::int64_t dish = restaurant.food("Jollof", 100'000);
    HttpClient customer = restaurant.customer();
    for (int i = 0; i < 3; ++i) {
        fill_cart(customer, dish);
        const HttpResponse order = customer.post("/orders/", pickup("ONLYONE"));
        ASSERT_EQ(order.status, 201) << order.body;
        EXPECT_EQ(discount_of(order.json), 100'000) << "no more than the foods";
        EXPECT_EQ(order.json["total"].as_integer(), 0);
        EXPECT_EQ(uses(made), 1);
        const std::string path = order.header("location") + "cancel/";
        EXPECT_EQ(customer.send("POST", path).status, 200);
        EXPECT_EQ(uses(made), 0);
        EXPECT_EQ(customer.send("POST", path).status, 409);
        EXPECT_EQ(uses(made), 0);
    }
}

TEST_P(PromotionsApi, AdministratorsKeepThem) {
    const auto faults = [&](const Json& body) {
        const HttpResponse refused = admin.post("/admin/promotions/", body);
        EXPECT_EQ(refused.status, 422) << refused.body;
        return faults_in(refused.json["errors"]);
    };
    EXPECT_EQ(faults(Json::object({{"code", "BOTH"}, {"basis_points", 5}, {"amount", 5}})),
              "/amount conflict");
    EXPECT_EQ(faults(Json::object({{"code", "NEITHER"}})), "/basis_points required");
    EXPECT_EQ(faults(Json::object({{"code", "MUCH"}, {"basis_points", 10'001}})),
              "/basis_points too_large");
    EXPECT_EQ(faults(Json::object({{"code", "AB"}, {"amount", 5}})), "/code too_short");
    EXPECT_EQ(faults(Json::object({{"code", "two words"}, {"amount", 5}})), "/code format");
    EXPECT_EQ(faults(Json::object({{"code", "BACK"},
                                   {"amount", 5},
                                   {"starts_at", "2030-01-02T00:00:00Z"},
                                   {"ends_at", "2030-01-01T00:00:00Z"}})),
              "/ends_at not_after_start");

    const HttpResponse made = make(Json::object({{"code", "Tuesday"}, {"basis_points", 500}}));
    EXPECT_EQ(admin.post("/admin/promotions/", Json::object({{"code", "TUESDAY"}, {"amount", 5}}))
                  .problem_code(),
              "promotion_exists");
    const std::string path = path_of(made);
    const std::string first_tag = made.header("etag");
    EXPECT_EQ(admin.get(path).header("etag"), first_tag);
    EXPECT_EQ(admin.get(path, {{"If-None-Match", first_tag}}).status, 304);

    // A use changes what is shown, and is in no administrator's way.
    HttpClient customer = restaurant.customer();
    fill_cart(customer, restaurant.food("Jollof", 100'000));
    const HttpResponse order = customer.post("/orders/", pickup("tuesday"));
    ASSERT_EQ(order.status, 201) << order.body;
    const HttpResponse used = admin.get(path, {{"If-None-Match", first_tag}});
    ASSERT_EQ(used.status, 200);
    EXPECT_EQ(used.json["uses"].as_integer(), 1);
    const Json change = Json::object({{"basis_points", nullptr}, {"amount", 700}});
    EXPECT_EQ(admin.patch(path, change, {{"If-Match", "\"9\""}}).status, 412);
    const HttpResponse changed = admin.patch(path, change, {{"If-Match", first_tag}});
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.json["version"].as_integer(), 2);
    EXPECT_TRUE(changed.json["basis_points"].is_null());
    EXPECT_EQ(admin.patch(path, change, {{"If-Match", first_tag}}).status, 412);
    EXPECT_EQ(admin.patch(path, Json::object({{"code", "WEDNESDAY"}})).status, 422);
    EXPECT_EQ(admin.patch(path, Json::object({{"amount", nullptr}})).status, 422);
    EXPECT_EQ(customer.get(order.header("location")).json["discount"].as_integer(), 5'000);

    const HttpResponse list = admin.get("/admin/promotions/?limit=1");
    EXPECT_EQ(list.json["total_count"].as_integer(), 1);
    EXPECT_EQ(customer.get("/admin/promotions/").status, 403);
    EXPECT_EQ(restaurant.client().get("/admin/promotions/").status, 401);

    EXPECT_EQ(admin.del(path, {{"If-Match", first_tag}}).status, 412);
    EXPECT_EQ(admin.del(path, {{"If-Match", changed.header("etag")}}).status, 204);
    EXPECT_EQ(admin.get(path).status, 404);
    EXPECT_EQ(customer.get(order.header("location")).json["discount"].as_integer(), 5'000);
    const HttpResponse anew = make(Json::object({{"code", "TUESDAY"}, {"amount", 5}}));
    EXPECT_NE(path_of(anew), path);
    EXPECT_EQ(anew.json["uses"].as_integer(), 0);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, PromotionsApi, testing::Values(&testkit::on_sqlite));
INSTANTIATE_TEST_SUITE_P(ThreeReplicas, PromotionsApi, testing::Values(&on_three_replicas));

namespace {

/// "GET /path/" of each operation.
std::set<std::string> operations(const Restaurant& restaurant) {
    std::set<std::string> found;
    const HttpResponse document =
        expect_status(restaurant.client().get("/openapi.json"), 200, "openapi");
    for (const auto& [path, methods] : document.json["paths"].as_object())
        for (const auto& [method, operation] : methods.as_object())
            found.insert(method + " " + path + " " + operation.dump());
    return found;
}

class PromotionsOffAndOn : public testing::TestWithParam<std::function<RestaurantConfig()>> {};

}  // namespace

TEST_P(PromotionsOffAndOn, LeaveNoTraceAndLoseNothing) {
    const testkit::TemporaryDirectory directory;
    RestaurantConfig off = GetParam()();
    off.data = directory.path();
    RestaurantConfig on = off;
    on.plugins = {"{id: promotions}"};

    std::string promotion, order, token;
    std::set<std::string> with_it;
    std::int64_t dish = 0;
    {
        Restaurant restaurant(on);
        with_it = operations(restaurant);
        const HttpResponse made =
            expect_status(restaurant.admin().post(
                              "/admin/promotions/",
                              Json::object({{"code", "SPRING"}, {"amount", 500}, {"max_uses", 1}})),
                          201, "promotion");
        promotion = path_of(made);
        auto customer = restaurant.sign_up();
        token = customer.token;
        dish = restaurant.food("Jollof", 100'000);
        for (const char* code : {"SPRING", ""}) {
            expect_status(customer.client.post("/cart/", Json::object({{"food_id", dish}})), 201,
                          "cart");
            const HttpResponse placed =
                expect_status(customer.client.post("/orders/", pickup(code)), 201, "order");
            if (order.empty()) order = placed.header("location");
        }
    }
    {
        Restaurant restaurant(off);
        HttpClient customer = restaurant.client();
        customer.bearer(token);
        EXPECT_EQ(restaurant.admin().get(promotion).status, 404);
        expect_status(customer.post("/cart/", Json::object({{"food_id", dish}})), 201, "cart");
        EXPECT_EQ(faults_in(customer.post("/orders/", pickup("SPRING")).json["errors"]),
                  "/promo_code unknown");
        EXPECT_EQ(customer.get(order).json["discount"].as_integer(), 500);
        EXPECT_EQ(customer.send("POST", order + "cancel/").status, 200);

        std::set<std::string> without = operations(restaurant), own;
        for (const std::string& operation : with_it)
            if (without.erase(operation) == 0)
                own.insert(operation.substr(0, operation.find(" {")));
        EXPECT_TRUE(without.empty()) << "the other routes are the same";
        EXPECT_EQ(own, (std::set<std::string>{"get /admin/promotions/", "post /admin/promotions/",
                                              "get /admin/promotions/{id}/",
                                              "patch /admin/promotions/{id}/",
                                              "delete /admin/promotions/{id}/"}));
    }
    Restaurant restaurant(on);
    const HttpResponse kept = restaurant.admin().get(promotion);
    ASSERT_EQ(kept.status, 200) << kept.body;
    EXPECT_EQ(kept.json["uses"].as_integer(), 0);
    HttpClient customer = restaurant.client();
    customer.bearer(token);
    EXPECT_EQ(discount_of(customer.post("/orders/", pickup("spring")).json), 500);
    EXPECT_EQ(restaurant.admin().get(promotion).json["uses"].as_integer(), 1);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, PromotionsOffAndOn, testing::Values(&testkit::on_sqlite));
INSTANTIATE_TEST_SUITE_P(ThreeReplicas, PromotionsOffAndOn, testing::Values(&on_three_replicas));

}  // namespace kitchen::promotions
