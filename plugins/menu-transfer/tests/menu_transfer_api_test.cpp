// Menus as files over a real socket, through the real loader, on every store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <functional>
#include <future>

#include "kitchen/testkit/restaurant.h"

namespace kitchen::transfer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::Restaurant;
using testkit::RestaurantConfig;

RestaurantConfig with_transfer(RestaurantConfig config) {
    config.plugins = {"{id: menu-transfer, config: {max_bytes: 16MiB}}"};
    return config;
}

class MenuTransferApi : public testing::TestWithParam<std::function<RestaurantConfig()>> {
protected:
    HttpResponse import(const std::string& bytes, const std::string& query = "",
                        const std::string& type = "text/csv") {
        return admin.send("POST", "/foods/import/" + query, bytes, {{"Content-Type", type}});
    }
    HttpResponse import_json(const std::string& bytes) {
        return import(bytes, "", "application/json");
    }
    /// "created changed unchanged"
    std::string counts(const HttpResponse& response) {
        if (response.status != 200) return response.body;
        const Json& json = response.json;
        return std::to_string(json["created"].as_integer()) + ' ' +
               std::to_string(json["changed"].as_integer()) + ' ' +
               std::to_string(json["unchanged"].as_integer());
    }
    std::vector<std::string> faults(const HttpResponse& response) {
        std::vector<std::string> all;
        if (response.json["errors"].is_array())
            for (const Json& fault : response.json["errors"].as_array())
                all.push_back(fault["pointer"].as_string() + " " + fault["code"].as_string() + " " +
                              fault["detail"].as_string());
        return all;
    }
    Json food(std::int64_t id) { return admin.get("/foods/" + std::to_string(id) + "/").json; }
    std::string menu() { return admin.get("/foods/?limit=100").body; }

    Restaurant restaurant{with_transfer(GetParam()())};
    HttpClient admin = restaurant.admin();
    const std::int64_t jollof = restaurant.food("Jollof", 250'000, 10);
};

TEST_P(MenuTransferApi, ARepeatedImportHappensOnce) {
    const auto send = [&](const std::string& bytes, const std::string& key) {
        return admin.send("POST", "/foods/import/", bytes,
                          {{"Content-Type", "text/csv"}, {"Idempotency-Key", key}});
    };
    const std::string file = "name,price,category\r\nDodo,150000,Sides\r\n";
    const HttpResponse first = send(file, "a");
    EXPECT_EQ(counts(first), "1 0 0");
    const HttpResponse again = send(file, "a");
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.header("idempotent-replayed"), "true");
    EXPECT_EQ(send(file + "Eba,1,Sides\r\n", "a").problem_code(), "idempotency_key_reused");
    EXPECT_EQ(counts(send(file, "b")), "0 0 1");
}

TEST_P(MenuTransferApi, FoodsAreAddedAndChanged) {
    const std::string file =
        "price,name,category,tags\r\n"
        "300000,JOLLOF,Rice,hot; red\r\n"
        "\"150000\",\"Dodo, \"\"fried\"\"\",Sides,\r\n,,,\r\n";
    EXPECT_EQ(counts(import(file, "?dry_run=true")), "1 1 0");
    EXPECT_EQ(food(jollof)["version"].as_integer(), 1) << "a dry run writes nothing";
    const HttpResponse imported = import(file);
    EXPECT_EQ(counts(imported), "1 1 0");
    EXPECT_FALSE(imported.json["dry_run"].as_bool());
    const Json now = food(jollof);
    EXPECT_EQ(now["name"].as_string(), "JOLLOF");
    EXPECT_EQ(now["price"].as_integer(), 300'000);
    EXPECT_EQ(now["tags"].dump(), R"(["hot","red"])");
    EXPECT_EQ(now["available_quantity"].as_integer(), 10) << "no such column: it stays";
    EXPECT_EQ(food(jollof + 1)["name"].as_string(), "Dodo, \"fried\"");
    EXPECT_EQ(counts(import(file)), "0 0 2") << "twice is once";
    EXPECT_EQ(food(jollof)["version"].as_integer(), 2);
    EXPECT_EQ(admin.get("/categories/").json["count"].as_integer(), 2);

    // A new count is in the journal.
    EXPECT_EQ(
        counts(import("id,available_quantity,name\n" + std::to_string(jollof) + ",4,Jollof\n")),
        "0 1 0");
    EXPECT_EQ(admin.get("/foods/" + std::to_string(jollof) + "/stock/")
                  .json["result"]
                  .as_array()[0]["delta"]
                  .as_integer(),
              -6);
    EXPECT_EQ(restaurant.broken_data(), "[]");
}

TEST_P(MenuTransferApi, ExportThenImportChangesNothing) {
    ASSERT_EQ(
        import_json(
            R"json([{"name": "=HYPERLINK(1)", "description": "'+a\nb \"c\"", "price": 0, "category": "@x",
        "image_url": "https://a.example/x.jpg", "is_available": false, "tags": ["-1", "a;b"]},
        {"name": "'=b", "price": 5, "category": "'tis", "available_quantity": 0, "tags": ["'=", "c"],
        "side_rules": {"extra_side": {"min": 1, "max": 3, "allowed": [1]}}}, {"name": "₦ Ẹ̀bà", "price": 1, "category": "-"}])json")
            .status,
        200);
    const std::int64_t gone = restaurant.food("Gone", 1);
    admin.del("/foods/" + std::to_string(gone) + "/");
    const std::string before = menu();

    const HttpResponse csv = admin.get("/foods/export/?format=csv");
    ASSERT_EQ(csv.status, 200) << csv.body;
    EXPECT_THAT(csv.header("content-type"), StartsWith("text/csv; charset=utf-8"));
    EXPECT_THAT(csv.header("content-disposition"),
                testing::MatchesRegex("attachment; filename=\"menu-....-..-..\\.csv\""));
    EXPECT_THAT(csv.body, StartsWith("\xef\xbb\xbfid,name,description,price,currency,"));
    EXPECT_THAT(csv.body, HasSubstr(",'=HYPERLINK(1),"));
    EXPECT_THAT(csv.body, testing::Not(HasSubstr("Gone")));
    EXPECT_EQ(counts(import(csv.body)), "0 0 4");

    const HttpResponse json = admin.get("/foods/export/");
    EXPECT_EQ(json.header("content-type"), "application/json");
    EXPECT_THAT(json.header("content-disposition"), HasSubstr(".json\""));
    EXPECT_EQ(json.json.size(), 4u);
    EXPECT_EQ(counts(import_json(json.body)), "0 0 4");
    EXPECT_EQ(counts(import_json(before)), "0 0 4") << "the list of the API";
    EXPECT_EQ(menu(), before);
    EXPECT_THAT(admin.get("/foods/export/", {{"Accept", "text/csv"}}).header("content-type"),
                StartsWith("text/csv"));

    // Into an empty menu, by name.
    for (const Json& each : json.json.as_array())
        admin.del("/foods/" + std::to_string(each["id"].as_integer()) + "/");
    EXPECT_EQ(admin.get("/foods/export/").body, "[\n]\n");
    EXPECT_EQ(import(csv.body).json["errors"].as_array()[0]["code"].as_string(), "food_not_found");
}

TEST_P(MenuTransferApi, EveryBadRowIsNamedAndNothingIsDone) {
    restaurant.food("Dodo", 1);
    const std::string before = menu();
    const HttpResponse refused = import(
        "id,name,price,category,side_rules,currency\n"
        ",New,1,Rice,,\n"
        ",Bad,-1,Rice,,\n"
        ",,1,Rice,,NGN\n"
        ",Other,x,Rice,,USD\n"
        ",Two lines,1,\"Ri\nce\",,\n"
        "77,X,1,R,,\n"
        "1,Dodo,1,R,,\n"
        ",new,1,R,,\n"
        ",Poor,,R,,\n"
        ",Short\n"
        "0,Zero,1,R,,\n"
        ",Sides,1,R,\"{\"\"extra_side\"\":{\"\"allowed\"\":[99]}}\",\n");
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.problem_code(), "import_invalid");
    EXPECT_THAT(
        faults(refused),
        testing::UnorderedElementsAre(
            StartsWith("/1/price too_small Line 3, price: "),
            StartsWith("/2/name too_short Line 4, name: "),
            StartsWith("/3/price type Line 5, price: Must be a whole number of minor"),
            StartsWith(
                "/3/currency other_currency Line 5, currency: Prices of this menu are in NGN"),
            StartsWith("/4/category format Line 6, category: "),
            StartsWith("/5/id food_not_found Line 8, id: "),
            StartsWith("/6/name taken Line 9, name: Food 2 "),
            StartsWith("/7 not_unique Line 10: Is the same food as in line 2."),
            StartsWith("/8/price required Line 11, price: "),
            StartsWith("/9 cells Line 12: Has 2 cells"), StartsWith("/10/id type Line 13, id: "),
            StartsWith(
                "/11/side_rules/extra_side/allowed/0 food_not_found Line 14, side_rules: ")));
    EXPECT_EQ(refused.json["fault_count"].as_integer(), 12);
    EXPECT_EQ(menu(), before);

    std::string many = "name,price,category\n";
    for (int i = 0; i < 150; ++i) many += "x" + std::to_string(i) + ",-1,y\n";
    const HttpResponse counted = import(many);
    EXPECT_EQ(counted.json["errors"].size(), 100u);
    EXPECT_EQ(counted.json["fault_count"].as_integer(), 150);

    const HttpResponse json =
        import_json("{\"result\": [{\"name\": \"A\"},\n\n{\"name\": 1, \"prise\": 2}, 3]}");
    EXPECT_THAT(
        faults(json),
        ElementsAre(
            StartsWith("/result/1 unknown_field Line 3: There is no column 'prise'; did you mean"),
            StartsWith("/result/2 type Line 3: Must be an object."),
            StartsWith("/result/0/price required Line 1, price"),
            StartsWith("/result/0/category required Line 1")));
    EXPECT_EQ(menu(), before);
}

TEST_P(MenuTransferApi, WhatIsNoMenu) {
    EXPECT_EQ(import("name\n", "", "text/plain").status, 415);
    EXPECT_EQ(import("name\n", "", "application/xml").status, 415);
    EXPECT_THAT(
        faults(import("name,prise\nx,1\n")),
        ElementsAre(
            "/header unknown_column Line 1: There is no column 'prise'; did you mean 'price'?"));
    EXPECT_THAT(faults(import("name,name\n")), ElementsAre(StartsWith("/header not_unique")));
    EXPECT_THAT(faults(import("\n")), ElementsAre(StartsWith("/header required")));
    EXPECT_THAT(faults(import("name,price,category\na,1,b\n\"c,1,d\n")),
                ElementsAre(StartsWith(" csv_malformed Line 3: A quote is opened")));
    EXPECT_THAT(faults(import("name,price,category\na\xff,1,b\n")),
                ElementsAre(StartsWith("/0/name encoding Line 2, name")));
    EXPECT_THAT(faults(import_json("[1,\n")),
                testing::Contains(StartsWith(" json_malformed Line 2: ")));
    EXPECT_THAT(faults(import_json("[" + std::string(100'000, '[') + "]")),
                ElementsAre(StartsWith(" json_malformed ")));
    EXPECT_EQ(import(std::string(17 << 20, 'x')).status, 413);
    EXPECT_EQ(counts(import("name\n")), "0 0 0");
    EXPECT_EQ(counts(import_json("[]")), "0 0 0");

    HttpClient customer = restaurant.customer();
    HttpClient staff = restaurant.kitchen_staff();
    const testkit::HeaderList csv = {{"Content-Type", "text/csv"}};
    EXPECT_EQ(restaurant.client().send("POST", "/foods/import/", "name\n", csv).status, 401);
    EXPECT_EQ(customer.send("POST", "/foods/import/", "name\n", csv).status, 403);
    EXPECT_EQ(staff.send("POST", "/foods/import/", "name\n", csv).status, 403);
    EXPECT_EQ(restaurant.client().get("/foods/export/").status, 401);
    EXPECT_EQ(customer.get("/foods/export/").status, 403);
    EXPECT_EQ(staff.get("/foods/export/").status, 200);
    EXPECT_EQ(admin.get("/foods/export/?format=xml").status, 422);
}

TEST_P(MenuTransferApi, WhatWasSoldSinceTheExportIsNotOverwritten) {
    const std::string csv = admin.get("/foods/export/?format=csv").body;
    admin.post("/foods/" + std::to_string(jollof) + "/stock/",
               Json::object({{"delta", -3}, {"reason", "Sold"}}));
    const HttpResponse refused = import(csv);
    EXPECT_THAT(faults(refused),
                ElementsAre(StartsWith(
                    "/0/version outdated Line 2, version: Food 1 has been changed or sold")));
    EXPECT_EQ(food(jollof)["available_quantity"].as_integer(), 7);
    EXPECT_EQ(counts(import("id,version,name,price\n1,1,Jollof,250000\n")), "0 0 1")
        << "it says nothing of the count";
    EXPECT_EQ(counts(import("id,available_quantity\n1,10\n")), "0 1 0")
        << "without version it is overwritten";
}

TEST_P(MenuTransferApi, ImportsAtOnceAreEachWhole) {
    std::vector<std::future<HttpResponse>> both;
    for (int n = 0; n < 4; ++n)
        both.push_back(std::async(std::launch::async, [&, n] {
            std::string file = "name,price,category\n";
            for (int i = 0; i < 60; ++i)
                file += "f" + std::to_string(i) + "," + std::to_string(n) + ",c\n";
            return restaurant.admin().send("POST", "/foods/import/", file,
                                           {{"Content-Type", "text/csv"}});
        }));
    int done = 0;
    for (auto& one : both) {
        const HttpResponse response = one.get();
        if (response.status == 200) {
            ++done;
        } else if (response.status != 503) {
            EXPECT_EQ(response.problem_code(), "menu_changed") << response.body;
        }
    }
    EXPECT_GE(done, 1);
    const Json page = admin.get("/foods/?category=c&limit=100").json;
    EXPECT_EQ(page["total_count"].as_integer(), 60);
    EXPECT_EQ(restaurant.broken_data(), "[]");
}

INSTANTIATE_TEST_SUITE_P(Memory, MenuTransferApi,
                         testing::Values([] { return RestaurantConfig{}; }));
INSTANTIATE_TEST_SUITE_P(Sqlite, MenuTransferApi,
                         testing::Values([] { return testkit::on_sqlite(); }));
INSTANTIATE_TEST_SUITE_P(Postgres, MenuTransferApi,
                         testing::Values([] { return testkit::on_postgres(); }));

/// Of this process, in KiB: since it began.
long peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
    return 0;
}

// Not settled: a step of it takes longer than the 30 s of HttpClient on a machine that is busy.
TEST(LargeMenu, TakesBoundedMemory) {
    RestaurantConfig config = testkit::on_sqlite();
    config.plugins = {"{id: menu-transfer, config: {max_rows: 20000}}"};
    const Restaurant restaurant(config);
    HttpClient admin = restaurant.admin();
    const auto menu = [](int foods, const char* price) {
        std::string file = "name,price,category,description,tags\n";
        for (int i = 0; i < foods; ++i)
            file += "Food " + std::to_string(i) + ',' + price + ",C" + std::to_string(i % 30) +
                    ',' + std::string(200, 'x') + ",hot;red\n";
        return file;
    };
    const auto import = [&](const std::string& file, const char* query = "") {
        return admin.send("POST", std::string("/foods/import/") + query, file,
                          {{"Content-Type", "text/csv"}});
    };
    // So much that the memory of the server itself is there already.
    EXPECT_EQ(import(menu(1'000, "100")).json["created"].as_integer(), 1'000);
    const std::string file = menu(20'000, "200");  // 5 MB, of which the client makes a copy
    const long before = peak_memory();
    const HttpResponse planned = import(file, "?dry_run=true");
    ASSERT_EQ(planned.status, 200) << planned.body;
    EXPECT_EQ(planned.json["created"].as_integer(), 19'000);
    EXPECT_EQ(planned.json["changed"].as_integer(), 1'000);
    EXPECT_LT(peak_memory() - before, 40 * 1024) << "KiB";
    EXPECT_EQ(import(file + "more,1,C,,\n").problem_code(), "import_too_long");

    EXPECT_EQ(import(menu(1'000, "300")).json["changed"].as_integer(), 1'000);
    const std::string exported = admin.get("/foods/export/?format=csv").body;
    EXPECT_EQ(std::count(exported.begin(), exported.end(), '\n'), 1'001);
    EXPECT_EQ(import(exported).json["unchanged"].as_integer(), 1'000);
    EXPECT_EQ(restaurant.broken_data(), "[]");
}

TEST(MenuTransferBesideOthers, NeitherImportsNorCheckoutsFail) {
    RestaurantConfig config = with_transfer(testkit::on_postgres());
    config.replicas = 2;
    Restaurant restaurant(config);
    constexpr int foods = 200, rounds = 6, buyers = 4;
    const auto menu = [](int price, bool backwards) {
        std::string file = "name,price,category,available_quantity\r\n";
        for (int i = 0; i < foods; ++i)
            file += "Dish " + std::to_string(backwards ? foods - i : i + 1) + "," +
                    std::to_string(price) + ",Rice,100000\r\n";
        return file;
    };
    const auto client_of = [&](std::size_t replica) {
        HttpClient client(restaurant.kernels()[replica]->port());
        client.basic(Restaurant::admin_email, Restaurant::password);
        return client;
    };
    const auto import = [&](HttpClient& client, const std::string& file) {
        return client.send("POST", "/foods/import/", file, {{"Content-Type", "text/csv"}}).status;
    };
    HttpClient first = client_of(0);
    ASSERT_EQ(import(first, menu(1, false)), 200);
    const Json listed = first.get("/foods/?limit=100&sort=name").json;
    std::vector<std::int64_t> ids;
    for (const Json& food : listed["result"].as_array()) ids.push_back(food["id"].as_integer());
    const std::vector<std::string> tokens = restaurant.tokens(buyers);

    std::atomic<bool> is_over{false};
    std::atomic<int> placed{0};
    std::vector<std::future<std::vector<int>>> running;
    for (int buyer = 0; buyer < buyers; ++buyer)
        running.push_back(std::async(std::launch::async, [&, buyer] {
            HttpClient client(restaurant.kernels()[static_cast<std::size_t>(buyer) % 2]->port());
            client.bearer(tokens[static_cast<std::size_t>(buyer)]);
            std::vector<int> odd;
            for (std::size_t turn = 0; !is_over; ++turn) {
                for (const std::size_t step : {0u, 7u})
                    client.post("/cart/", Json::object({{"food_id", ids[(turn + step) % 20]}}));
                const int status =
                    client.post("/orders/", Json::object({{"fulfillment_type", "pickup"}})).status;
                if (status == 201)
                    ++placed;
                else if (status != 409)
                    odd.push_back(status);
            }
            return odd;
        }));
    std::vector<std::future<std::vector<int>>> importing;
    for (const bool backwards : {false, true})
        importing.push_back(std::async(std::launch::async, [&, backwards] {
            HttpClient client = client_of(backwards ? 1 : 0);
            std::vector<int> odd;
            for (int round = 0; round < rounds; ++round)
                if (const int status =
                        import(client, menu(100 * round + (backwards ? 20 : 10), backwards));
                    status != 200)
                    odd.push_back(status);
            return odd;
        }));
    for (auto& one : importing) EXPECT_THAT(one.get(), testing::IsEmpty());
    is_over = true;
    for (auto& one : running) EXPECT_THAT(one.get(), testing::IsEmpty());
    EXPECT_GT(placed, 0);
    EXPECT_EQ(restaurant.broken_data(), "[]");
}

}  // namespace
}  // namespace kitchen::transfer
