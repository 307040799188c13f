// The catalogue over a real socket, on every store. What all routes have in common is tested in
// tests/api/.
#include <gmock/gmock.h>

#include "api.h"

namespace kitchen::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;
using testkit::HeaderList;

Json json(const char* text) { return parse_json(text).value(); }

std::vector<std::string> names(const HttpResponse& page) {
    std::vector<std::string> list;
    for (const Json& food : page.json["result"].as_array())
        list.push_back(food["name"].as_string());
    return list;
}

/// "code pointer" of each fault of a problem.
std::vector<std::string> faults(const HttpResponse& response) {
    std::vector<std::string> list;
    if (const Json* errors = response.json.find("errors"))
        for (const Json& fault : errors->as_array())
            list.push_back(fault["code"].as_string() + " " + fault["pointer"].as_string());
    return list;
}

std::string path_of(std::int64_t id) { return "/foods/" + std::to_string(id) + "/"; }

TEST_P(Api, AFoodIsCreatedWithLocationAndVersion) {
    const HttpResponse made = server.admin().post(
        "/foods/", json(R"({"name":" Efo Riro ","price":320000,"category":"Soups",
        "tags":["spicy"],"image_url":"https://cdn.example/efo.jpg","available_quantity":4})"));
    ASSERT_EQ(made.status, 201) << made.body;
    const std::int64_t id = made.json["id"].as_integer();
    EXPECT_EQ(made.header("location"), path_of(id));
    EXPECT_EQ(made.header("etag"), "\"1\"");
    EXPECT_EQ(made.json["name"], Json("Efo Riro"));
    EXPECT_EQ(made.json["currency"], Json("NGN"));
    EXPECT_EQ(made.json["description"], Json(""));
    EXPECT_EQ(made.json["side_rules"], json(R"({"side_protein":{"min":0,"max":1,"allowed":null},
        "extra_side":{"min":0,"max":1,"allowed":null}})"));
    const HttpResponse read = server.client().get(made.header("location"));
    EXPECT_EQ(read.status, 200);
    EXPECT_EQ(read.body, made.body);
    EXPECT_EQ(read.header("etag"), "\"1\"");
    const HttpResponse head = server.client().send("HEAD", path_of(id));
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("etag"), "\"1\"");
    EXPECT_EQ(head.header("content-length"), std::to_string(read.body.size()));
    EXPECT_EQ(server.client().get(path_of(id), {{"If-None-Match", "\"1\""}}).status, 304);
}

TEST_P(Api, OnlyTheRightRolesChangeTheMenu) {
    const std::int64_t id = server.food("Eba", 80'000, 5);
    HttpClient stranger = server.client(), customer = server.customer(),
               staff = server.kitchen_staff();
    const Json food = json(R"({"name":"Amala","price":1,"category":"Swallow"})");
    const Json change = json(R"({"price":1})"), stock = json(R"({"delta":1,"reason":"delivery"})");
    for (const auto& [client, status] :
         {std::pair(&stranger, 401), std::pair(&customer, 403), std::pair(&staff, 403)}) {
        EXPECT_EQ(client->post("/foods/", food).status, status);
        EXPECT_EQ(client->patch(path_of(id), change).status, status);
        EXPECT_EQ(client->put(path_of(id), food).status, status);
        EXPECT_EQ(client->del(path_of(id)).status, status);
        EXPECT_EQ(client->get(path_of(id) + "stock/").status, status);
    }
    EXPECT_EQ(stranger.post(path_of(id) + "stock/", stock).status, 401);
    EXPECT_EQ(customer.post(path_of(id) + "stock/", stock).status, 403);
    EXPECT_EQ(staff.post(path_of(id) + "stock/", stock).status, 200);
    EXPECT_EQ(server.stock_of(id), 6);
}

TEST_P(Api, ATakenNameIsAConflictUntilItsFoodIsDeleted) {
    const std::int64_t id = server.food("Moi Moi", 120'000);
    HttpClient admin = server.admin();
    const Json again = json(R"({"name":"MOI MOI","price":1,"category":"Sides"})");
    const HttpResponse refused = admin.post("/foods/", again);
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_EQ(refused.problem_code(), "food_name_taken");
    EXPECT_THAT(faults(refused), ElementsAre("taken /name"));

    EXPECT_EQ(admin.del(path_of(id)).status, 204);
    EXPECT_EQ(admin.del(path_of(id)).status, 404);
    const HttpResponse gone = server.client().get(path_of(id));
    EXPECT_EQ(gone.status, 404);
    EXPECT_EQ(gone.problem_code(), "food_not_found");
    EXPECT_EQ(admin.patch(path_of(id), json(R"({"price":1})")).status, 404);
    EXPECT_EQ(admin.post("/foods/", again).status, 201);
}

TEST_P(Api, PatchChangesSomeAndPutReplacesAll) {
    HttpClient admin = server.admin();
    const HttpResponse made = admin.post(
        "/foods/", json(R"({"name":"Oha","price":5,"category":"Soups","description":"Leafy.",
        "available_quantity":9,"tags":["a"],"side_rules":{"extra_side":{"max":3}}})"));
    const std::string path = made.header("location");
    const HttpResponse patched =
        admin.patch(path, json(R"({"price":6,"side_rules":{"side_protein":{"min":1,"max":2}}})"));
    ASSERT_EQ(patched.status, 200) << patched.body;
    EXPECT_EQ(patched.json["price"], Json(6));
    EXPECT_EQ(patched.json["description"], Json("Leafy."));
    EXPECT_EQ(patched.json["side_rules"], json(R"({"side_protein":{"min":1,"max":2,"allowed":null},
        "extra_side":{"min":0,"max":3,"allowed":null}})"));
    EXPECT_EQ(patched.json["version"], Json(2));
    EXPECT_EQ(admin.patch(path, Json::object()).json["version"], Json(2));

    const HttpResponse put =
        admin.put(path, json(R"({"name":"Oha Soup","price":7,"category":"Soups"})"),
                  {{"If-Match", patched.header("etag")}});
    ASSERT_EQ(put.status, 200) << put.body;
    EXPECT_EQ(put.header("etag"), "\"3\"");
    EXPECT_EQ(put.json["description"], Json(""));
    EXPECT_TRUE(put.json.find("available_quantity")->is_null());
    EXPECT_EQ(put.json["tags"], Json::array());
    EXPECT_EQ(put.json["side_rules"]["extra_side"]["max"], Json(1));
    EXPECT_EQ(server.client().get(path).body, put.body);
}

TEST_P(Api, IfMatchGuardsEveryWriteOfAFood) {
    const std::string path = path_of(server.food("Eba", 80'000, 5));
    HttpClient admin = server.admin();
    const HeaderList stale = {{"If-Match", "\"1\""}}, fresh = {{"If-Match", "\"7\", \"2\""}};
    EXPECT_EQ(admin.patch(path, json(R"({"price":1})"), stale).status, 200);
    EXPECT_EQ(admin.patch(path, json(R"({"price":2})"), stale).status, 412);
    EXPECT_EQ(admin.put(path, json(R"({"name":"x","price":2,"category":"y"})"), stale).status, 412);
    EXPECT_EQ(admin.post(path + "stock/", json(R"({"delta":1,"reason":"x"})"), stale).status, 412);
    EXPECT_EQ(admin.del(path, stale).status, 412);
    EXPECT_EQ(server.client().get(path).json["version"], Json(2));
    EXPECT_EQ(admin.del(path, fresh).status, 204);
}

TEST_P(Api, AFormFilledInDuringSalesUndoesNone) {
    const std::string path = path_of(server.food("Eba", 80'000, 10));
    HttpClient admin = server.admin();
    const HttpResponse form = admin.get(path);
    ASSERT_EQ(admin.post(path + "stock/", json(R"({"delta":-2,"reason":"sold"})")).status, 200);
    EXPECT_EQ(server.client().get(path, {{"If-None-Match", form.header("etag")}}).status, 200);
    const HeaderList as_read = {{"If-Match", form.header("etag")}};

    const HttpResponse blind = admin.patch(path, json(R"({"available_quantity":10})"));
    EXPECT_EQ(blind.status, 428);
    EXPECT_EQ(blind.problem_code(), "if_match_required");
    EXPECT_EQ(admin.put(path, json(R"({"name":"x","price":2,"category":"y"})")).status, 428);
    EXPECT_EQ(admin.patch(path, json(R"({"available_quantity":10})"), as_read).status, 412);
    EXPECT_EQ(admin.post(path + "stock/", json(R"({"delta":1,"reason":"x"})"), as_read).status,
              412);
    // What is there already is no change, and the description has nothing to do with the sales.
    EXPECT_EQ(admin.patch(path, json(R"({"available_quantity":8})")).status, 200);
    const HttpResponse described =
        admin.patch(path, json(R"({"description":"Yellow.","available_quantity":8})"), as_read);
    ASSERT_EQ(described.status, 200) << described.body;
    EXPECT_EQ(described.json["available_quantity"], Json(8));
    EXPECT_EQ(described.header("etag"), "\"2\"");
    EXPECT_EQ(admin.patch(path, json(R"({"description":"x"})"), as_read).status, 412);
    EXPECT_EQ(
        admin.patch(path, json(R"({"available_quantity":20})"), {{"If-Match", "\"2\""}}).status,
        200);
}

TEST_P(Api, WhoIsRefusedForAnOldVersionFindsTheNewOneOnTheFoodsPage) {
    const std::int64_t id = server.food("Eba", 80'000, 5);
    HttpClient admin = server.admin();
    const auto guarded = [](const std::string& etag) { return HeaderList{{"If-Match", etag}}; };
    for (int round = 1; round <= 3; ++round) {
        const std::string old = admin.get(path_of(id)).header("etag");
        ASSERT_EQ(admin.get("/foods/").status, 200);
        // A count that moves is no change of the menu: nothing cached is forgotten.
        ASSERT_EQ(
            admin.post(path_of(id) + "stock/", json(R"({"delta":1,"reason":"delivery"})")).status,
            200);
        const Json count = Json::object({{"available_quantity", 10 * round}});
        EXPECT_EQ(admin.patch(path_of(id), count, guarded(old)).status, 412);
        const std::string now = admin.get(path_of(id)).header("etag");
        EXPECT_EQ(admin.patch(path_of(id), count, guarded(now)).status, 200);
    }
}

TEST_P(Api, EveryWrongMemberIsNamed) {
    HttpClient admin = server.admin();
    const HttpResponse wrong =
        admin.post("/foods/", json(R"({"name":"","price":-1,"category":"x","available_quantity":-1,
        "tags":["a","a"],"image_url":"javascript:alert","side_rules":{"dessert":{}},"rating":5})"));
    EXPECT_EQ(wrong.status, 422);
    std::vector<std::string> pointers;
    for (const Json& fault : wrong.json["errors"].as_array())
        pointers.push_back(fault["pointer"].as_string());
    EXPECT_THAT(pointers, UnorderedElementsAre("/name", "/price", "/available_quantity", "/tags/1",
                                               "/image_url", "/side_rules/dessert", "/rating"));
    EXPECT_EQ(admin.post("/foods/", json(R"({"name":"  ","price":1,"category":"x"})")).status, 422);
    for (const char* control : {"\\u0000", "\\u0001", "\\u007f"}) {
        const std::string body =
            std::string(R"({"name":"a)") + control + R"(b","price":1,"category":"x"})";
        EXPECT_THAT(
            faults(admin.send("POST", "/foods/", body, {{"Content-Type", "application/json"}})),
            ElementsAre("format /name"));
    }
    EXPECT_THAT(
        faults(admin.post("/foods/", json(R"({"name":"a","price":1,"category":"x","side_rules":
                    {"side_protein":{"min":2},"extra_side":{"allowed":[999]}}})"))),
        ElementsAre("above_max /side_rules/side_protein/min"));
    EXPECT_THAT(
        faults(admin.post("/foods/", json(R"({"name":"a","price":1,"category":"x","side_rules":
                    {"extra_side":{"allowed":[999]}}})"))),
        ElementsAre("food_not_found /side_rules/extra_side/allowed/0"));
}

TEST_P(Api, TheMenuIsFilteredAndSorted) {
    HttpClient admin = server.admin();
    for (
        const char* food :
        {R"({"name":"Asun","price":400,"category":"Grills","tags":["Spicy"],"description":"Smoked goat"})",
         R"({"name":"Suya","price":300,"category":"Grills","tags":["spicy"],"available_quantity":0})",
         R"({"name":"Boli 100%","price":150,"category":"Street"})",
         R"({"name":"Dodo","price":150,"category":"Street"})"})
        ASSERT_EQ(admin.post("/foods/", json(food)).status, 201);
    HttpClient client = server.client();
    EXPECT_THAT(names(client.get("/foods/?category=GRILLS")), ElementsAre("Asun", "Suya"));
    EXPECT_THAT(names(client.get("/foods/?search=GOAT")), ElementsAre("Asun"));
    EXPECT_THAT(names(client.get("/foods/?search=100%25")), ElementsAre("Boli 100%"));
    EXPECT_THAT(names(client.get("/foods/?tag=spicy&available=true")), ElementsAre("Asun"));
    EXPECT_THAT(names(client.get("/foods/?available=false")), ElementsAre("Suya"));
    EXPECT_THAT(names(client.get("/foods/?min_price=150&max_price=300&sort=-price")),
                ElementsAre("Suya", "Boli 100%", "Dodo"));
    EXPECT_THAT(names(client.get("/foods/?sort=name&limit=2&offset=1")),
                ElementsAre("Boli 100%", "Dodo"));
    EXPECT_THAT(names(client.get("/foods/?sort=-rating")),
                ElementsAre("Asun", "Suya", "Boli 100%", "Dodo"));
    EXPECT_THAT(names(client.get("/foods/?category=&search=&tag=")).size(), 4u);
    EXPECT_THAT(names(client.get("/foods/?available=No&min_price=&sort=&limit=2.0&utm_source=x")),
                ElementsAre("Suya"));
    EXPECT_EQ(client.get("/foods/").header("cache-control"), "no-cache");
    EXPECT_EQ(client.get("/categories/").header("cache-control"), "no-cache");
    for (const char* wrong :
         {"min_price=2&max_price=1", "min_price=-1", "min_price=x", "sort=colour",
          "sort=name,price", "available=maybe", "limit=0", "offset=-1"})
        EXPECT_EQ(client.get(std::string("/foods/?") + wrong).status, 422) << wrong;
    EXPECT_THAT(faults(client.get("/foods/?min_price=2&max_price=1")),
                ElementsAre("above_max_price ?min_price"));
    EXPECT_LT(client.get("/foods/?search=a%00b").status, 500);

    EXPECT_EQ(
        client.get("/categories").json,
        json(R"({"result":[{"name":"Grills","count":2},{"name":"Street","count":2}],"count":2})"));
}

TEST_P(Api, StockIsAdjustedAndTheJournalSaysHow) {
    const std::int64_t id = server.food("Isi Ewu", 950'000, 3);
    const std::string path = path_of(id) + "stock/";
    HttpClient admin = server.admin();
    const HttpResponse more = admin.post(path, json(R"({"delta":4,"reason":"delivery"})"));
    ASSERT_EQ(more.status, 200) << more.body;
    EXPECT_EQ(more.json["available_quantity"], Json(7));
    EXPECT_EQ(more.header("etag"), "\"1-1\"");
    const HttpResponse below = admin.post(path, json(R"({"delta":-8,"reason":"spoilt"})"));
    EXPECT_EQ(below.status, 409);
    EXPECT_EQ(below.problem_code(), "insufficient_stock");
    EXPECT_EQ(server.stock_of(id), 7);
    EXPECT_EQ(admin
                  .patch(path_of(id), json(R"({"available_quantity":2})"),
                         {{"If-Match", more.header("etag")}})
                  .status,
              200);

    const HttpResponse journal = admin.get(path + "?limit=2");
    ASSERT_EQ(journal.status, 200) << journal.body;
    EXPECT_EQ(journal.json["total_count"], Json(3));
    EXPECT_FALSE(journal.json["next"].is_null());
    const Json& set = journal.json["result"].as_array()[0];
    EXPECT_EQ(set["delta"], Json(-5));
    EXPECT_EQ(set["quantity_after"], Json(2));
    const Json& delivery = journal.json["result"].as_array()[1];
    EXPECT_EQ(delivery["delta"], Json(4));
    EXPECT_EQ(delivery["reason"], Json("delivery"));
    EXPECT_TRUE(delivery.find("reference")->is_null());
    EXPECT_GT(delivery["by"].as_integer(), 0);
    EXPECT_TRUE(delivery["created_at"].as_string().ends_with('Z'));

    for (const char* wrong :
         {R"({"delta":0,"reason":"x"})", R"({"delta":1})", R"({"delta":1,"reason":" "})",
          R"({"delta":1.5,"reason":"x"})", R"({"delta":1000000000,"reason":"x"})"})
        EXPECT_EQ(admin.post(path, json(wrong)).status, 422) << wrong;
    const HttpResponse uncounted =
        admin.post(path_of(server.food("Eba", 1)) + "stock/", json(R"({"delta":1,"reason":"x"})"));
    EXPECT_EQ(uncounted.status, 409);
    EXPECT_EQ(uncounted.problem_code(), "stock_not_counted");
    EXPECT_EQ(admin.get("/foods/999/stock/").status, 404);
    EXPECT_EQ(admin.post("/foods/999/stock/", json(R"({"delta":1,"reason":"x"})")).status, 404);
}

TEST_P(Api, ListsAndCategoriesHaveAnETagOfTheirBytes) {
    const std::int64_t id = server.food("Ewa Agoyin", 90'000, 3);
    for (const std::string path : {"/foods/", "/categories/"}) {
        const HttpResponse first = server.client().get(path);
        ASSERT_FALSE(first.header("etag").empty());
        EXPECT_EQ(server.client().get(path).header("etag"), first.header("etag"));
        const HttpResponse again =
            server.client().get(path, {{"If-None-Match", first.header("etag")}});
        EXPECT_EQ(again.status, 304);
        EXPECT_EQ(again.body, "");
    }
    const HttpResponse before = server.client().get("/foods/");
    ASSERT_EQ(server.admin()
                  .post("/foods/" + std::to_string(id) + "/stock/",
                        json(R"({"delta":-3,"reason":"spilt"})"))
                  .status,
              200);
    const HttpResponse after =
        server.client().get("/foods/", {{"If-None-Match", before.header("etag")}});
    EXPECT_EQ(after.status, 200);
    EXPECT_NE(after.header("etag"), before.header("etag"));
}

TEST_P(Api, OneClientsHostOrSpellingEndsUpInNoOthersLinks) {
    if (is_behind_nginx()) GTEST_SKIP() << "it lets no other name through";
    for (int i = 0; i < 3; ++i) (void)server.food("Moi Moi " + std::to_string(i), 90'000);
    const auto next = [&](const std::string& target, const std::string& host) {
        return server.client().get(target, {{"Host", host}}).json["next"].as_string();
    };
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(next("/foods/?limit=1", "kitchen.example"),
                  "http://kitchen.example/foods/?limit=1&offset=1");
        EXPECT_EQ(next("/foods/?limit=1", "evil.example"),
                  "http://evil.example/foods/?limit=1&offset=1");
        EXPECT_EQ(next("/foods?limit=1", "kitchen.example"),
                  "http://kitchen.example/foods?limit=1&offset=1");
        EXPECT_EQ(next("/foods/?search=MOI&limit=1", "kitchen.example"),
                  "http://kitchen.example/foods/?search=MOI&limit=1&offset=1");
        EXPECT_EQ(next("/foods/?search=moi&limit=1", "kitchen.example"),
                  "http://kitchen.example/foods/?search=moi&limit=1&offset=1");
    }
}

}  // namespace
namespace {

/// Why the start was refused; "" when it was not.
std::string refusal(const testkit::RestaurantConfig& config) {
    try {
        testkit::Restaurant restaurant(config);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST(CatalogStart, RefusesWhatPeopleWouldReadWrongly) {
    for (const auto& [keys, message] : std::map<std::string, std::string>{
             {"currency: ZZZ", "catalog.currency: is no currency of ISO 4217"},
             {"currency: ngn", "catalog.currency: is no currency of ISO 4217"},
             {"time_zone: Africa/Lagoss", "catalog.time_zone: 'Africa/Lagoss' is no time zone"}}) {
        testkit::RestaurantConfig config;
        config.catalog = keys;
        EXPECT_THAT(refusal(config), HasSubstr(message));
    }
}

TEST(CatalogStart, NeverRelabelsPrices) {
    const testkit::TemporaryDirectory directory;
    testkit::RestaurantConfig config;
    config.data = directory.path();
    config.store = "{id: store-sqlite, config: {path: '${DATA}/kitchen.db'}}";
    testkit::Restaurant(config).food("Eba", 1500);
    config.catalog = "currency: USD";
    EXPECT_THAT(refusal(config), HasSubstr("The prices in the store are NGN"));
    config.catalog = "currency: NGN";
    EXPECT_EQ(refusal(config), "");
}

}  // namespace kitchen::tests
