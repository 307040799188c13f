// /me/addresses/ over a real socket, loaded by the real loader.
#include <gtest/gtest.h>

#include <string>

#include "kitchen/testkit/restaurant.h"

namespace kitchen::auth {
namespace {

using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::Restaurant;

class AddressApi : public testing::Test {
protected:
    HttpClient ada() { return restaurant.customer(); }
    static Json home(const std::string& line1 = "12 Allen Avenue") {
        return Json::object({{"line1", line1}, {"city", "Ikeja"}, {"state", "Lagos"}});
    }
    static std::string faults(const HttpResponse& response) {
        std::string found = std::to_string(response.status);
        if (const Json* errors = response.json.find("errors"))
            for (const Json& fault : errors->as_array())
                found += " " + fault["pointer"].as_string() + " " + fault["code"].as_string();
        return found;
    }

    Restaurant restaurant{{.auth = "addresses: {max: 3, country: GH}", .menu = false}};
};

TEST_F(AddressApi, AnAddressFromBeginningToEnd) {
    HttpClient client = ada();
    const HttpResponse added = client.post(
        "/me/addresses/",
        *parse_json(
            R"({"label":"Home","recipient_name":"Ada Obi","line1":"12 Allen Avenue","line2":"Flat 3",
        "city":"Ikeja","state":"Lagos","postal_code":"100281","country":"ng","landmark":"opposite the blue mosque","delivery_instructions":"Ring twice",
        "phone":"0803 123 4567","latitude":6.6018,"longitude":3.3515})"));
    ASSERT_EQ(added.status, 201) << added.body;
    const std::string path = added.header("location");
    EXPECT_EQ(path, "/me/addresses/" + std::to_string(added.json["id"].as_integer()) + "/");
    EXPECT_EQ(added.header("etag"), "\"1\"");
    EXPECT_EQ(added.json["country"], Json("NG"));
    EXPECT_EQ(added.json["phone"], Json("+2348031234567"));
    EXPECT_EQ(added.json["latitude"], Json(6.6018));
    EXPECT_EQ(added.json["is_default"], Json(true));
    EXPECT_EQ(client.get(path).body, added.body);
    EXPECT_EQ(client.get(path, {{"If-None-Match", "\"1\""}}).status, 304);

    EXPECT_EQ(
        client.patch(path, Json::object({{"line2", nullptr}}), {{"If-Match", "\"7\""}}).status,
        412);
    const HttpResponse changed = client.patch(
        path, Json::object({{"line2", nullptr}, {"phone", nullptr}}), {{"If-Match", "\"1\""}});
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.header("etag"), "\"2\"");
    EXPECT_TRUE(changed.json["line2"].is_null());
    EXPECT_TRUE(changed.json["phone"].is_null());
    EXPECT_EQ(changed.json["line1"], Json("12 Allen Avenue"));
    EXPECT_EQ(client.patch(path, Json::object()).header("etag"), "\"2\"");
    EXPECT_EQ(client.del(path, {{"If-Match", "\"1\""}}).status, 412);
    EXPECT_EQ(client.del(path, {{"If-Match", "\"2\""}}).status, 204);
    for (const HttpResponse& gone :
         {client.get(path), client.del(path), client.patch(path, Json::object())}) {
        EXPECT_EQ(gone.status, 404);
        EXPECT_EQ(gone.problem_code(), "address_not_found");
    }
}

TEST_F(AddressApi, ListsTheDefaultFirst) {
    HttpClient client = ada();
    EXPECT_EQ(client.get("/me/addresses/").json["total_count"], Json(0));
    std::vector<std::string> paths;
    for (const char* line : {"a", "b", "c"})
        paths.push_back(client.post("/me/addresses", home(line)).header("location"));
    EXPECT_EQ(client.post("/me/addresses/", home("d")).problem_code(), "address_book_full");
    EXPECT_EQ(client.post("/me/addresses/", home("d")).status, 409);
    ASSERT_EQ(client.patch(paths[2], Json::object({{"is_default", true}})).status, 200);
    EXPECT_EQ(faults(client.patch(paths[2], Json::object({{"is_default", false}}))),
              "422 /is_default default_needed");
    const HttpResponse page = client.get("/me/addresses/?limit=2");
    EXPECT_EQ(page.json["count"], Json(2));
    EXPECT_EQ(page.json["total_count"], Json(3));
    EXPECT_EQ(page.json["result"].as_array().at(0)["line1"], Json("c"));
    EXPECT_EQ(page.json["result"].as_array().at(1)["line1"], Json("a"));
    EXPECT_EQ(page.json["result"].as_array().at(1)["is_default"], Json(false));
    EXPECT_EQ(page.json["result"].as_array().at(0)["country"], Json("GH"));
    EXPECT_NE(page.json["next"].as_string().find("/me/addresses/?limit=2&offset=2"),
              std::string::npos);
    EXPECT_EQ(client.get("/me/addresses/?limit=0").status, 422);
}

TEST_F(AddressApi, WhatIsWrongIsNamed) {
    HttpClient client = ada();
    EXPECT_EQ(faults(client.post("/me/addresses/", Json::object())),
              "422 /line1 required /city required /state required");
    const auto with = [&](const char* name, Json value) {
        Json body = home();
        body.set(name, std::move(value));
        return faults(client.post("/me/addresses/", body));
    };
    EXPECT_EQ(with("user_id", 1), "422 /user_id unknown_field");
    EXPECT_EQ(with("id", 1), "422 /id unknown_field");
    EXPECT_EQ(with("line1", "  "), "422 /line1 too_short");
    EXPECT_EQ(with("line1", nullptr), "422 /line1 type");
    EXPECT_EQ(with("line1", std::string(201, 'x')), "422 /line1 too_long");
    EXPECT_EQ(with("city", "Ike\nja"), "422 /city format");
    EXPECT_EQ(with("country", "Nigeria"), "422 /country too_long");
    EXPECT_EQ(with("country", "XX"), "422 /country not_a_country");
    EXPECT_EQ(with("phone", "12"), "422 /phone phone_invalid");
    EXPECT_EQ(with("latitude", 6.6), "422 /longitude required");
    EXPECT_EQ(with("latitude", 90.5), "422 /latitude too_large");
    EXPECT_EQ(with("latitude", "6.6"), "422 /latitude type");
    EXPECT_EQ(with("is_default", nullptr), "422 /is_default type");
    EXPECT_EQ(
        client.send("POST", "/me/addresses/", "line1=x", {{"Content-Type", "text/plain"}}).status,
        415);
    EXPECT_EQ(client.get("/me/addresses/0/").status, 404);
    EXPECT_EQ(client.get("/me/addresses/x/").status, 404);
    EXPECT_EQ(client.put("/me/addresses/", home()).status, 405);
    EXPECT_EQ(restaurant.client().get("/me/addresses/").status, 401);
    EXPECT_EQ(restaurant.client().post("/me/addresses/", home()).status, 401);
    EXPECT_EQ(client.get("/me/addresses/").json["total_count"], Json(0));
    for (const std::string& line : restaurant.kernel().log_lines())
        EXPECT_EQ(line.find("Allen"), std::string::npos) << line;
}

TEST(AddressStart, RefusesACountryThatIsNone) {
    try {
        Restaurant refused({.auth = "addresses: {country: UK}", .menu = false});
        FAIL() << "it started";
    } catch (const std::runtime_error& refused) {
        EXPECT_NE(std::string(refused.what()).find("auth.addresses.country: must be"),
                  std::string::npos)
            << refused.what();
    }
}

}  // namespace
}  // namespace kitchen::auth
