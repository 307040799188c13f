#include "order_routes.h"

#include <gtest/gtest.h>

#include "order_kitchen.h"
#include "route_caller.h"

namespace kitchen::orders {
namespace {

using http::Response;
using tests::error_of;
using tests::header_of;
using tests::RouteCaller;

class SilentLogger final : public Logger {
public:
    bool enabled(LogLevel) const noexcept override { return false; }
    void write(LogLevel, std::string_view, std::span<const LogField>) noexcept override {}
};

class OrderRoutesTest : public testing::Test {
protected:
    Result<Response> place(Json body, http::Fields headers = {}) {
        return caller.call("POST", "/orders/", {ada, std::move(body), std::move(headers), {}, {}});
    }
    Result<Response> on(const Principal& who, std::int64_t id, const std::string& method,
                        const std::string& action, Json body = {}, http::Fields headers = {}) {
        return caller.call(
            method, "/orders/{id:id}/" + action,
            {who, std::move(body), std::move(headers), {{"id", std::to_string(id)}}, {}});
    }
    static Json json(Result<Response> response) {
        return parse_json(response.value().body).value();
    }
    static std::string fault(const Result<Response>& response) {
        if (response || response.error().faults.size() != 1) return "not one fault";
        return response.error().faults[0].pointer + " " + response.error().faults[0].code;
    }

    const Principal ada{1, "customer", ""}, cook{8, "kitchen", ""};
    tests::OrderKitchen kitchen;
    const std::int64_t dish = kitchen.food("Dish", 100, 50), side = kitchen.food("Side", 20, 50);
    SilentLogger log;
    RouteCaller caller;
    OrderRoutes routes{caller, kitchen.checkout, kitchen.orders, log};
};

const Json pickup = Json::object({{"fulfillment_type", "pickup"}});

}  // namespace

TEST_F(OrderRoutesTest, PlacesAnOrder) {
    kitchen.put(1, dish, 2, {{}, {side}});
    const Result<Response> placed =
        place(Json::object({{"fulfillment_type", "delivery"},
                            {"address_id", nullptr},
                            {"contact_phone", "08012345678"},
                            {"delivery_instructions", "  Blue gate "},
                            {"scheduled_for", "2026-01-01T15:00:00+01:00"},
                            {"tip", 10},
                            {"expected_total", 250}}));
    ASSERT_TRUE(placed);
    EXPECT_EQ(placed->status, 201);
    const Json order = json(placed);
    EXPECT_EQ(header_of(*placed, "Location"),
              "/orders/" + std::to_string(order["id"].as_integer()) + "/");
    EXPECT_EQ(header_of(*placed, "ETag"), "\"1\"");
    EXPECT_EQ(header_of(*placed, "Idempotent-Replayed"), "");
    EXPECT_EQ(order["contact_phone"].as_string(), "+2348012345678");
    EXPECT_EQ(order["delivery_instructions"].as_string(), "Blue gate");
    EXPECT_EQ(order["scheduled_for"].as_string(), "2026-01-01T14:00:00.000Z");
    EXPECT_TRUE(order["address"].is_null());
    EXPECT_EQ(order["allowed_transitions"].dump(), R"(["cancelled"])");
    std::vector<std::string> names;
    for (const auto& [name, value] : order.as_object()) names.push_back(name);
    EXPECT_EQ(names, (std::vector<std::string>{"id",
                                               "status",
                                               "payment_status",
                                               "fulfillment_type",
                                               "items",
                                               "subtotal",
                                               "delivery_fee",
                                               "service_fee",
                                               "tax",
                                               "tip",
                                               "discount",
                                               "total",
                                               "amounts",
                                               "currency",
                                               "address",
                                               "customer_id",
                                               "contact_name",
                                               "contact_phone",
                                               "delivery_instructions",
                                               "scheduled_for",
                                               "cancel_reason",
                                               "allowed_transitions",
                                               "version",
                                               "created_at",
                                               "updated_at",
                                               "history"}));
    std::vector<Fault> faults;
    caller.route("POST", "/orders/").responses.at(0).schema->validate(order, "", faults);
    for (const Fault& f : faults) ADD_FAILURE() << f.pointer << " " << f.code;
}

TEST_F(OrderRoutesTest, AReceiptIsJsonOrHtml) {
    tests::OrderKitchen own;
    RouteCaller caller;
    const OrderRoutes routes(caller, own.checkout, own.orders, log);
    own.put(1, own.food("Dish", 100));
    const Json wanted =
        Json::object({{"fulfillment_type", "pickup"}, {"contact_name", " Ada <Obi> "}});
    const Json order = json(caller.call("POST", "/orders/", {ada, wanted, {}, {}, {}}));
    EXPECT_EQ(order["contact_name"], Json("Ada <Obi>"));
    EXPECT_EQ(order["customer_id"], Json(1));
    const auto receipt = [&](http::Fields headers) {
        return caller.call("GET", "/orders/{id:id}/receipt/",
                           {ada, {}, std::move(headers), {{"id", "1"}}, {}});
    };
    const Json plain = json(receipt({}));
    EXPECT_EQ(plain["total"], Json(100));
    EXPECT_EQ(plain["contact_name"], Json("Ada <Obi>"));
    std::vector<Fault> faults;
    caller.route("GET", "/orders/{id:id}/receipt/")
        .responses.at(0)
        .schema->validate(plain, "", faults);
    for (const Fault& f : faults) ADD_FAILURE() << f.pointer << " " << f.code;
    const auto printed = receipt({{"accept", "text/html,*/*;q=0.8"}});
    ASSERT_TRUE(printed);
    EXPECT_EQ(header_of(*printed, "Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(header_of(*printed, "Vary"), "Accept");
    EXPECT_NE(printed->body.find("Ada &lt;Obi&gt;"), std::string::npos);
}

TEST_F(OrderRoutesTest, ADeliveryHasAnAddress) {
    tests::FakeAddresses book;
    book.of[1] = {book.home(7)};
    tests::OrderKitchen with_addresses(tests::Storage::memory, {}, &book);
    RouteCaller caller;
    const OrderRoutes routes(caller, with_addresses.checkout, with_addresses.orders, log);
    with_addresses.put(1, with_addresses.food("Dish", 100));
    const Json wanted = Json::object({{"fulfillment_type", "delivery"}, {"address_id", 7}});
    const Json quote = json(caller.call("POST", "/cart/quote/", {ada, wanted, {}, {}, {}}));
    const Json order = json(caller.call("POST", "/orders/", {ada, wanted, {}, {}, {}}));
    EXPECT_EQ(order["address"]["line1"].as_string(), "12 Allen Avenue");
    EXPECT_EQ(order["delivery_instructions"].as_string(), "Ring twice");
    EXPECT_EQ(quote["address"], order["address"]);
    std::vector<Fault> faults;
    caller.route("POST", "/orders/").responses.at(0).schema->validate(order, "", faults);
    caller.route("POST", "/cart/quote/").responses.at(0).schema->validate(quote, "", faults);
    for (const Fault& f : faults) ADD_FAILURE() << f.pointer << " " << f.code;
}

TEST_F(OrderRoutesTest, RefusesBodiesThatAreWrong) {
    kitchen.put(1, dish);
    EXPECT_EQ(fault(place(Json::object({}))), "/fulfillment_type required");
    EXPECT_FALSE(place(Json::object({{"fulfillment_type", "drone"}})));
    EXPECT_EQ(fault(place(Json::object({{"fulfillment_type", "pickup"}, {"tip", -1}}))),
              "/tip too_small");
    EXPECT_EQ(fault(place(Json::object({{"fulfillment_type", "pickup"}, {"promo_code", "X"}}))),
              "/promo_code unknown");
    EXPECT_EQ(fault(place(Json::object({{"fulfillment_type", "pickup"}, {"total", 1}}))),
              "/total unknown_field");
    EXPECT_EQ(fault(place(Json::object({{"fulfillment_type", "delivery"}, {"address_id", 0}}))),
              "/address_id too_small");
    EXPECT_EQ(fault(place(Json::object({{"fulfillment_type", "delivery"}, {"address_id", "7"}}))),
              "/address_id type");
    EXPECT_EQ(fault(place(Json::object({{"fulfillment_type", "delivery"}, {"address_id", 7}}))),
              "/address_id no_address_book");
    EXPECT_FALSE(
        place(Json::object({{"fulfillment_type", "pickup"}, {"scheduled_for", "tomorrow"}})));
    EXPECT_EQ(kitchen.order_count(), 0);
}

TEST_F(OrderRoutesTest, ARepeatedKeyIsReplayed) {
    kitchen.put(1, dish);
    const Result<Response> first = place(pickup, {{"idempotency-key", "dinner"}});
    const Result<Response> again = place(pickup, {{"idempotency-key", "dinner"}});
    ASSERT_TRUE(again);
    EXPECT_EQ(again->status, 201);
    EXPECT_EQ(again->body, first->body);
    EXPECT_EQ(header_of(*again, "Location"), header_of(*first, "Location"));
    EXPECT_EQ(header_of(*again, "ETag"), header_of(*first, "ETag"));
    EXPECT_EQ(header_of(*again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(error_of(place(Json::object({{"fulfillment_type", "delivery"}}),
                             {{"idempotency-key", "dinner"}}))
                  .kind,
              Errc::unprocessable);
    for (const std::string& key : {std::string(), std::string("two words"), std::string(256, 'k')})
        EXPECT_EQ(fault(place(pickup, {{"idempotency-key", key}})), "Idempotency-Key format")
            << key;
    EXPECT_EQ(fault(place(pickup, {{"idempotency-key", "a"}, {"idempotency-key", "b"}})),
              "Idempotency-Key format");
}

TEST_F(OrderRoutesTest, QuotesTheCart) {
    kitchen.put(1, dish, 2, {{side}, {}});
    const Result<Response> quoted =
        caller.call("POST", "/cart/quote/",
                    {ada, Json::object({{"fulfillment_type", "pickup"}, {"tip", 5}}), {}, {}, {}});
    ASSERT_TRUE(quoted);
    const Json quote = json(quoted);
    EXPECT_EQ(quote["subtotal"].as_integer(), 240);
    EXPECT_EQ(quote["total"].as_integer(), 245);
    EXPECT_EQ(quote["currency"].as_string(), "NGN");
    EXPECT_EQ(quote["lines"], quote["items"]);
    EXPECT_EQ(quote["items"].as_array().at(0)["line_total"].as_integer(), 240);
    EXPECT_EQ(
        quote["items"].as_array().at(0)["side_proteins"].as_array().at(0)["food_id"].as_integer(),
        side);
    EXPECT_EQ(quote["problems"].size(), 0u);
    std::vector<Fault> faults;
    caller.route("POST", "/cart/quote/").responses.at(0).schema->validate(quote, "", faults);
    for (const Fault& f : faults) ADD_FAILURE() << f.pointer << " " << f.code;
}

TEST_F(OrderRoutesTest, ListsAPage) {
    for (int i = 0; i < 3; ++i) {
        kitchen.put(1, dish);
        ASSERT_TRUE(place(pickup));
        kitchen.clock.advance(std::chrono::hours(1));
    }
    const auto list = [&](const Principal& who, http::Fields query) {
        return json(caller.call("GET", "/orders/", {who, {}, {}, {}, std::move(query)}));
    };
    const Json page = list(ada, {{"limit", "2"}, {"offset", "0"}});
    EXPECT_EQ(page["count"].as_integer(), 2);
    EXPECT_EQ(page["total_count"].as_integer(), 3);
    EXPECT_GT(page["result"].as_array().at(0)["id"].as_integer(),
              page["result"].as_array().at(1)["id"].as_integer());
    EXPECT_EQ(list({2, "customer", ""}, {})["total_count"].as_integer(), 0);
    EXPECT_EQ(list(cook, {{"from", "2026-01-01T13:00:00Z"}})["total_count"].as_integer(), 2);
    EXPECT_EQ(list(cook, {{"to", "2026-01-01T13:00:00Z"}})["total_count"].as_integer(), 2);
    EXPECT_EQ(list(cook, {{"status", "completed"}})["total_count"].as_integer(), 0);
    EXPECT_EQ(list(cook, {{"status", "pending"}})["total_count"].as_integer(), 3);
}

TEST_F(OrderRoutesTest, AClientOfStaffSeesWhatItsScopeSays) {
    kitchen.put(1, dish);
    ASSERT_TRUE(place(pickup));
    const auto seen = [&](std::optional<std::string> scope) {
        Principal who = cook;
        who.scope = std::move(scope);
        return json(caller.call("GET", "/orders/", {who, {}, {}, {}, {}}))["total_count"];
    };
    EXPECT_EQ(seen(std::nullopt), Json(1));
    EXPECT_EQ(seen("orders orders:read"), Json(0));
    EXPECT_EQ(seen("orders:read kitchen:read"), Json(1));
}

TEST_F(OrderRoutesTest, ReadsMovesAndCancels) {
    kitchen.put(1, dish);
    const auto id = json(place(pickup))["id"].as_integer();
    EXPECT_EQ(header_of(on(ada, id, "GET", "").value(), "ETag"), "\"1\"");
    EXPECT_EQ(error_of(on({2, "customer", ""}, id, "GET", "")).kind, Errc::not_found);
    const Json confirm = Json::object({{"status", "confirmed"}});
    EXPECT_EQ(error_of(on(cook, id, "POST", "status/", confirm, {{"if-match", "\"9\""}})).kind,
              Errc::precondition_failed);
    const Result<Response> confirmed =
        on(cook, id, "POST", "status/", confirm, {{"if-match", "\"1\""}});
    ASSERT_TRUE(confirmed);
    EXPECT_EQ(header_of(*confirmed, "ETag"), "\"2\"");
    EXPECT_EQ(json(confirmed)["allowed_transitions"].dump(), R"(["preparing","cancelled"])");
    EXPECT_EQ(
        json(confirmed)["history"].as_array().at(1).dump(),
        R"({"from":"pending","to":"confirmed","by":{"user_id":8,"role":"kitchen"},"at":"2026-01-01T12:00:00.000Z","reason":null})");
    EXPECT_FALSE(on(cook, id, "POST", "status/", Json::object({{"status", "eaten"}})));
    EXPECT_EQ(fault(on(cook, id, "POST", "cancel/", Json::object({{"reason", "  "}}))),
              "/reason required");
    const Result<Response> cancelled = on(ada, id, "POST", "cancel/");
    ASSERT_TRUE(cancelled);
    EXPECT_EQ(json(cancelled)["status"].as_string(), "cancelled");
    EXPECT_TRUE(json(cancelled)["cancel_reason"].is_null());
}

TEST_F(OrderRoutesTest, OnlyStaffMoveOrders) {
    const http::Route& status = caller.route("POST", "/orders/{id:id}/status/");
    EXPECT_EQ(status.access, http::Access::roles);
    EXPECT_EQ(status.allowed_roles, (std::vector<std::string>{"kitchen", "admin"}));
    for (const auto& [method, pattern] : {std::pair{"POST", "/orders/"},
                                          {"GET", "/orders/"},
                                          {"GET", "/orders/{id:id}/"},
                                          {"POST", "/orders/{id:id}/cancel/"},
                                          {"POST", "/cart/quote/"}})
        EXPECT_EQ(caller.route(method, pattern).access, http::Access::signed_in)
            << method << " " << pattern;
}

}  // namespace kitchen::orders
