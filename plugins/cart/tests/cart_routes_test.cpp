#include "cart_routes.h"

#include <gtest/gtest.h>

#include "route_caller.h"
#include "test_kitchen.h"

namespace kitchen::cart {
namespace {

using http::Response;
using tests::error_of;
using tests::header_of;
using tests::RouteCaller;

class CartRoutesTest : public testing::Test {
protected:
    Result<Response> get(http::Fields headers = {}) {
        return caller.call("GET", "/cart/", {ada, {}, std::move(headers), {}, {}});
    }
    Result<Response> post(Json body, http::Fields headers = {}) {
        return caller.call("POST", "/cart/", {ada, std::move(body), std::move(headers), {}, {}});
    }
    Result<Response> patch(std::int64_t line, Json body, http::Fields headers = {}) {
        return caller.call(
            "PATCH", "/cart/{item_id:id}/",
            {ada, std::move(body), std::move(headers), {{"item_id", std::to_string(line)}}, {}});
    }
    static Json json(Result<Response> response) {
        return parse_json(response.value().body).value();
    }
    /// "pointer code" of the only fault.
    static std::string fault(const Result<Response>& response) {
        if (response || response.error().faults.size() != 1) return "not one fault";
        return response.error().faults[0].pointer + " " + response.error().faults[0].code;
    }

    const Principal ada{1, "customer", ""};
    tests::TestKitchen kitchen;
    RouteCaller caller;
    CartRoutes routes{caller, kitchen.carts, kitchen.catalog};
};

}  // namespace

TEST_F(CartRoutesTest, AddsAndReads) {
    const auto dish = kitchen.food("Dish", 100), side = kitchen.food("Side", 20);
    Result<Response> added = post(Json::object({{"food_id", dish},
                                                {"quantity", 2},
                                                {"extra_side_ids", Json::array({side})},
                                                {"special_instructions", "Warm"}}));
    ASSERT_TRUE(added);
    EXPECT_EQ(added->status, 201);
    EXPECT_EQ(header_of(*added, "ETag"), "\"1\"");
    EXPECT_EQ(json(added)["food"]["name"].as_string(), "Dish");
    EXPECT_EQ(json(added)["extra_sides"].as_array().at(0)["id"].as_integer(), side);
    EXPECT_EQ(json(added)["unit_price"].as_integer(), 120);
    EXPECT_EQ(json(added)["line_total"].as_integer(), 240);
    EXPECT_EQ(json(added)["special_instructions"].as_string(), "Warm");
    added = post(Json::object({{"food_id", dish},
                               {"extra_side_ids", Json::array({side})},
                               {"special_instructions", " Warm "}}));
    EXPECT_EQ(added->status, 200);

    const Result<Response> cart = get();
    EXPECT_EQ(header_of(*cart, "ETag"), "\"2\"");
    const Json body = json(cart);
    EXPECT_EQ(body["version"].as_integer(), 2);
    EXPECT_EQ(body["currency"].as_string(), "NGN");
    EXPECT_EQ(body["items"].size(), 1u);
    EXPECT_EQ(body["subtotal"].as_integer(), 360);
    EXPECT_EQ(body["problems"].size(), 0u);
}

TEST_F(CartRoutesTest, TheOriginalsSingleSidesAreTheSameLine) {
    const auto dish = kitchen.food("Dish", 100), side = kitchen.food("Side", 20);
    EXPECT_EQ(post(Json::object(
                       {{"food_id", dish}, {"side_protein_id", side}, {"extra_side_id", nullptr}}))
                  .value()
                  .status,
              201);
    EXPECT_EQ(post(Json::object({{"food_id", dish}, {"side_protein_ids", Json::array({side})}}))
                  .value()
                  .status,
              200);
    EXPECT_EQ(fault(post(Json::object({{"food_id", dish},
                                       {"side_protein_id", side},
                                       {"side_protein_ids", Json::array({side})}}))),
              "/side_protein_id conflict");
    EXPECT_EQ(fault(post(Json::object({{"food_id", dish}, {"extra_side_id", 999}}))),
              "/extra_side_id deleted");
}

TEST_F(CartRoutesTest, RefusesBodiesThatAreWrong) {
    const auto dish = kitchen.food("Dish", 100);
    EXPECT_EQ(fault(post(Json::object({{"food_id", dish}, {"quantity", 0}}))),
              "/quantity too_small");
    EXPECT_EQ(fault(post(Json::object({{"food_id", dish}, {"quantity", 100}}))),
              "/quantity too_large");
    EXPECT_EQ(fault(post(Json::object(
                  {{"food_id", dish}, {"special_instructions", std::string(501, 'x')}}))),
              "/special_instructions too_long");
    EXPECT_FALSE(
        post(Json::object({{"food_id", dish}, {"side_protein_ids", Json::array({dish, dish})}})));
    EXPECT_EQ(fault(post(Json::object({{"food_id", dish}, {"price", 1}}))), "/price unknown_field");
    EXPECT_EQ(fault(post(Json::object({}))), "/food_id required");
    const auto line = kitchen.put(1, dish).line.id;
    EXPECT_EQ(patch(line, Json::object({})).value().status, 200) << "nothing to change";
    EXPECT_EQ(json(patch(line, Json::object({{"quantity", 9'999}})))["quantity"].as_integer(),
              9'999);
    EXPECT_EQ(fault(patch(line, Json::object({{"quantity", 10'000}}))), "/quantity too_large");
}

TEST_F(CartRoutesTest, ChangesAndClears) {
    const auto dish = kitchen.food("Dish", 100);
    const auto line = kitchen.put(1, dish).line.id;
    const Result<Response> changed =
        patch(line, Json::object({{"quantity", 3}, {"special_instructions", "Hot"}}));
    ASSERT_TRUE(changed);
    EXPECT_EQ(json(changed)["quantity"].as_integer(), 3);
    EXPECT_EQ(json(changed)["special_instructions"].as_string(), "Hot");
    EXPECT_TRUE(
        json(patch(line, Json::object({{"special_instructions", nullptr}})))["special_instructions"]
            .is_null());
    const auto remove = [&](const std::string& id) {
        return caller.call("DELETE", "/cart/{item_id:id}/", {ada, {}, {}, {{"item_id", id}}, {}});
    };
    EXPECT_EQ(remove(std::to_string(line)).value().status, 204);
    EXPECT_EQ(error_of(remove(std::to_string(line))).kind, Errc::not_found);
    for (const char* pattern : {"/cart/clear/", "/cart/"}) {
        kitchen.put(1, dish);
        const Result<Response> cleared = caller.call("DELETE", pattern, {ada, {}, {}, {}, {}});
        EXPECT_EQ(cleared->body, R"({"message":"Cart cleared successfully"})");
        EXPECT_TRUE(kitchen.cart_of(1).lines.empty());
    }
}

TEST_F(CartRoutesTest, WritesHonourIfMatch) {
    const auto dish = kitchen.food("Dish", 100);
    const auto line = kitchen.put(1, dish).line.id;
    EXPECT_EQ(error_of(patch(line, Json::object({{"quantity", 2}}), {{"if-match", "\"0\""}})).kind,
              Errc::precondition_failed);
    EXPECT_TRUE(patch(line, Json::object({{"quantity", 2}}), {{"if-match", "\"1\""}}));
    EXPECT_EQ(error_of(post(Json::object({{"food_id", dish}}), {{"if-match", "\"1\""}})).kind,
              Errc::precondition_failed);
    EXPECT_TRUE(post(Json::object({{"food_id", dish}}), {{"if-match", "\"1\", \"2\""}}));
}

TEST_F(CartRoutesTest, ACachedCartIsNotFreshOnceThePriceHasChanged) {
    const auto dish = kitchen.food("Dish", 100);
    const auto line = kitchen.put(1, dish).line.id;
    kitchen.edit(dish, [](auto& draft) { draft.price = 150; });
    const std::string tag = header_of(get().value(), "ETag");
    EXPECT_EQ(tag.substr(0, 3), "\"1-");
    EXPECT_EQ(tag.size(), 20u);
    // For a write only the cart's own version counts; a proxy that compresses makes the tag weak.
    EXPECT_TRUE(patch(line, Json::object({{"quantity", 2}}), {{"if-match", "W/" + tag}}));
    EXPECT_EQ(error_of(patch(line, Json::object({{"quantity", 3}}), {{"if-match", tag}})).kind,
              Errc::precondition_failed);
}

TEST_F(CartRoutesTest, ProblemsAreInTheItemAndInTheCart) {
    const auto dish = kitchen.food("Dish", 100), other = kitchen.food("Other", 100);
    kitchen.put(1, other);
    kitchen.put(1, dish);
    kitchen.remove(dish);
    const Json cart = json(get());
    EXPECT_EQ(cart["items"].as_array().at(1)["problems"].as_array().at(0)["pointer"].as_string(),
              "/food");
    EXPECT_EQ(cart["problems"].as_array().at(0)["pointer"].as_string(), "/items/1/food");
    EXPECT_EQ(cart["problems"].as_array().at(0)["code"].as_string(), "deleted");
}

TEST_F(CartRoutesTest, ResponsesAreAsDescribed) {
    const auto dish = kitchen.food("Dish", 100);
    const Result<Response> added =
        post(Json::object({{"food_id", dish}, {"side_protein_id", dish}}));
    std::vector<Fault> faults;
    const auto check = [&](const char* method, int status, const Json& body) {
        for (const http::DescribedResponse& response : caller.route(method, "/cart/").responses)
            if (response.status == status)
                return response.schema.value().validate(body, "", faults);
        ADD_FAILURE() << method << " describes no " << status;
    };
    check("POST", 201, json(added));
    check("GET", 200, json(get()));
    for (const Fault& f : faults) ADD_FAILURE() << f.pointer << " " << f.code;
}

}  // namespace kitchen::cart
