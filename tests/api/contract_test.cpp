// The conventions of the API that hold for every route.
#include <set>

#include "api.h"

namespace kitchen::tests {
namespace {

void expect_problem(const HttpResponse& response, int status, const std::string& what) {
    EXPECT_EQ(response.status, status) << what << ": " << response.body;
    EXPECT_EQ(response.header("content-type").substr(0, 24), "application/problem+json") << what;
    for (const char* member :
         {"type", "title", "status", "detail", "instance", "code", "request_id"})
        EXPECT_NE(response.json.find(member), nullptr)
            << what << " lacks " << member << ": " << response.body;
    EXPECT_EQ(response.json["status"], Json(status)) << what;
    EXPECT_EQ(response.json["request_id"], Json(response.header("x-request-id"))) << what;
}

/// The pointer and code of each fault.
std::set<std::string> faults(const HttpResponse& response) {
    std::set<std::string> found;
    if (const Json* errors = response.json.find("errors"))
        for (const Json& fault : errors->as_array())
            found.insert(fault["pointer"].as_string() + " " + fault["code"].as_string());
    return found;
}

}  // namespace

TEST_P(Api, ProblemsAreProblems) {
    HttpClient client = server.client();
    expect_problem(client.get("/nowhere/"), 404, "unknown path");
    const HttpResponse wrong_method = client.del("/foods/");
    expect_problem(wrong_method, 405, "wrong method");
    EXPECT_NE(wrong_method.header("allow").find("GET"), std::string::npos);
    const HttpResponse unsigned_in = client.get("/cart/");
    expect_problem(unsigned_in, 401, "no credentials");
    EXPECT_NE(unsigned_in.header("www-authenticate").find("Basic"), std::string::npos);
    expect_problem(client.send("POST", "/login/", "{}", {{"Content-Type", "text/plain"}}), 415,
                   "media type");
    expect_problem(
        client.send("POST", "/login/", "{\"email\":", {{"Content-Type", "application/json"}}), 400,
        "truncated");
    expect_problem(client.send("POST", "/login/", "{\"email\":1,\"email\":2}",
                               {{"Content-Type", "application/json"}}),
                   400, "duplicate key");
    expect_problem(client.get("/foods/?limit=0"), 422, "limit 0");
    expect_problem(client.get("/foods/?limit=101"), 422, "limit 101");
    expect_problem(client.get("/foods/?offset=-1"), 422, "offset -1");
    expect_problem(client.get("/foods/abc/"), 404, "not an id");
    expect_problem(server.customer().post("/foods/", Json::object({{"name", "x"}})), 403,
                   "not an admin");
}

TEST_P(Api, SignupNamesEveryFaultAndTakesNoRole) {
    HttpClient client = server.client();
    const HttpResponse response = client.post("/signup/", Json::object({{"email", "not an address"},
                                                                        {"password", "qWe-9z"},
                                                                        {"is_admin", true},
                                                                        {"role", "admin"}}));
    expect_problem(response, 422, "signup");
    const auto found = faults(response);
    for (const char* fault : {"/email format", "/phone_number required", "/password too_short",
                              "/is_admin unknown_field", "/role unknown_field"})
        EXPECT_TRUE(found.contains(fault)) << fault << " in " << response.body;
    EXPECT_EQ(response.body.find("qWe-9z"), std::string::npos) << "a password must not be echoed";
}

TEST_P(Api, CredentialsThatFailAllLookTheSame) {
    const HttpResponse unknown = server.client().basic("999999", "wrong-password").get("/cart/");
    expect_problem(unknown, 401, "unknown user");
    for (const auto& [user, password] : {std::pair{"chef@kitchen.example", "wrong-password"},
                                         {"not-a-number", "x"},
                                         {"-1", "x"},
                                         {"99999999999999999999999", "x"},
                                         {"", ""}}) {
        const HttpResponse refused = server.client().basic(user, password).get("/cart/");
        EXPECT_EQ(refused.status, 401) << user;
        EXPECT_EQ(refused.json["detail"], unknown.json["detail"]) << user;
        EXPECT_EQ(refused.json["code"], unknown.json["code"]) << user;
    }
    for (const char* header :
         {"Basic", "Basic !!!!", "Basic bm8tY29sb24=", "Bearer", "Bearer nonsense", "Digest x"})
        EXPECT_EQ(server.client().get("/cart/", {{"Authorization", header}}).status, 401) << header;
}

TEST_P(Api, PagesLinkToEachOther) {
    for (int i = 0; i < 25; ++i) server.food("Dish " + std::to_string(i), 100'000 + i);
    HttpClient client = server.client();
    const HttpResponse second = client.get("/foods?limit=10&offset=10&category=mains&sort=-price");
    ASSERT_EQ(second.status, 200) << second.body;
    EXPECT_EQ(second.json["count"].as_integer(), 10);
    EXPECT_EQ(second.json["total_count"].as_integer(), 25);
    EXPECT_EQ(second.json["result"].as_array()[0]["price"].as_integer(), 100'014);
    const std::string next = second.json["next"].as_string();
    const std::string prev = second.json["prev"].as_string();
    EXPECT_TRUE(next.starts_with(is_behind_nginx() ? "https://kitchen.example:" : "http://"))
        << next;
    for (const char* part : {"limit=10", "offset=20", "category=mains", "sort=-price"})
        EXPECT_NE(next.find(part), std::string::npos) << next;
    EXPECT_NE(prev.find("offset=0"), std::string::npos) << prev;
    const HttpResponse third = client.get(next.substr(next.find("/foods")));
    EXPECT_EQ(third.json["count"].as_integer(), 5);
    EXPECT_TRUE(third.json["next"].is_null());
    const HttpResponse past = client.get("/foods/?limit=10&offset=400");
    EXPECT_EQ(past.status, 200);
    EXPECT_EQ(past.json["result"].size(), 0u);
    EXPECT_TRUE(past.json["next"].is_null());
    EXPECT_NE(past.json["prev"].as_string().find("offset=20"), std::string::npos) << past.body;
    EXPECT_TRUE(client.get("/foods/?offset=5&limit=10").json["prev"].as_string().find("offset=0") !=
                std::string::npos);
}

TEST_P(Api, VersionsGuardReadsAndWrites) {
    const auto id = server.food("Moi moi", 80'000);
    const std::string path = "/foods/" + std::to_string(id) + "/";
    HttpClient client = server.client();
    const HttpResponse read = client.get(path);
    const std::string tag = read.header("etag");
    ASSERT_FALSE(tag.empty());
    const HttpResponse unchanged = client.get(path, {{"If-None-Match", tag}});
    EXPECT_EQ(unchanged.status, 304);
    EXPECT_TRUE(unchanged.body.empty());
    HttpClient admin = server.admin();
    const HttpResponse changed =
        admin.patch(path, Json::object({{"price", 90'000}}), {{"If-Match", tag}});
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_NE(changed.header("etag"), tag);
    expect_problem(admin.patch(path, Json::object({{"price", 95'000}}), {{"If-Match", tag}}), 412,
                   "stale If-Match");
    EXPECT_EQ(client.get(path).json["price"].as_integer(), 90'000);
}

TEST_P(Api, TextIsGivenBackAsItWasTyped) {
    const std::string name =
        "Robert'); DROP TABLE foods;-- <script>alert(1)</script> \xF0\x9F\x8D\x9B";
    const auto id = server.food(name, 100);
    const HttpResponse read = server.client().get("/foods/" + std::to_string(id) + "/");
    EXPECT_EQ(read.json["name"].as_string(), name);
}

TEST_P(Api, HeadAndOptionsComeWithGet) {
    HttpClient client = server.client();
    const HttpResponse head = client.send("HEAD", "/foods/");
    EXPECT_EQ(head.status, 200);
    EXPECT_TRUE(head.body.empty());
    EXPECT_EQ(head.header("content-length"), std::to_string(client.get("/foods/").body.size()));
    const HttpResponse options = client.send("OPTIONS", "/foods/");
    EXPECT_EQ(options.status, 204);
    EXPECT_NE(options.header("allow").find("POST"), std::string::npos);
}

TEST_P(Api, RequestIdsAreEchoedOrMade) {
    HttpClient client = server.client();
    EXPECT_EQ(client.get("/foods/", {{"X-Request-Id", "till-7.order_3"}}).header("x-request-id"),
              "till-7.order_3");
    const std::string made =
        client.get("/foods/", {{"X-Request-Id", "not allowed: spaces"}}).header("x-request-id");
    EXPECT_FALSE(made.empty());
    EXPECT_NE(made, "not allowed: spaces");
}

TEST_P(Api, NoCodeOrPasswordReachesTheLog) {
    server.customer();
    const std::string code = server.code_mailed_to("customer1@mail.example");
    for (const auto& kernel : server.kernels())
        for (const std::string& line : kernel->log_lines()) {
            EXPECT_EQ(line.find(Restaurant::password), std::string::npos) << line;
            EXPECT_EQ(line.find('"' + code + '"'), std::string::npos) << line;
            EXPECT_EQ(line.find("=" + code), std::string::npos) << line;
        }
}

TEST_P(Api, TheOpenApiDocumentNamesEveryRouteOfTheContract) {
    const HttpResponse document = server.client().get("/openapi.json");
    ASSERT_EQ(document.status, 200);
    EXPECT_EQ(document.json["openapi"].as_string().substr(0, 3), "3.1");
    const Json& paths = document.json["paths"];
    for (const auto& [path, method] : {std::pair{"/signup/", "post"},
                                       {"/signup/resend/", "post"},
                                       {"/verify/", "post"},
                                       {"/login/", "post"},
                                       {"/token/refresh/", "post"},
                                       {"/logout/", "post"},
                                       {"/me/", "get"},
                                       {"/users/{id}/", "get"},
                                       {"/orders/events/ticket/", "post"},
                                       {"/foods/", "get"},
                                       {"/foods/", "post"},
                                       {"/foods/{id}/", "get"},
                                       {"/foods/{id}/", "patch"},
                                       {"/foods/{id}/", "put"},
                                       {"/foods/{id}/", "delete"},
                                       {"/foods/{id}/stock/", "post"},
                                       {"/foods/{id}/stock/", "get"},
                                       {"/categories/", "get"},
                                       {"/cart/", "get"},
                                       {"/cart/", "post"},
                                       {"/cart/", "delete"},
                                       {"/cart/clear/", "delete"},
                                       {"/cart/{item_id}/", "patch"},
                                       {"/cart/{item_id}/", "delete"},
                                       {"/cart/quote/", "post"},
                                       {"/orders/", "post"},
                                       {"/orders/", "get"},
                                       {"/orders/{id}/", "get"},
                                       {"/orders/{id}/cancel/", "post"},
                                       {"/orders/{id}/status/", "post"},
                                       {"/health/", "get"},
                                       {"/livez", "get"},
                                       {"/readyz", "get"},
                                       {"/admin/plugins/", "get"}})
        EXPECT_TRUE(paths[path][method].is_object()) << method << " " << path;
}

TEST_P(Api, ARepeatedPostHappensOnce) {
    const std::int64_t dish = server.food("Jollof", 1000);
    HttpClient ada = server.customer();
    const auto add = [&](const std::string& key) {
        return ada.post("/cart/", Json::object({{"food_id", dish}, {"quantity", 2.0}}),
                        {{"Idempotency-Key", key}});
    };
    const HttpResponse first = add("a");
    const HttpResponse again = add("a");
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(first.header("idempotent-replayed"), "");
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.header("idempotent-replayed"), "true");
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.header("etag"), first.header("etag"));
    EXPECT_EQ(add("b").status, 200);
    EXPECT_EQ(ada.get("/cart/").json["items"].as_array().at(0)["quantity"], Json(4));
    EXPECT_EQ(ada.post("/cart/", Json::object({{"food_id", dish}}), {{"Idempotency-Key", "a"}})
                  .json["code"],
              Json("idempotency_key_reused"));
}

TEST_P(Api, APostOfAClientThatIsNotSignedInHappensOnce) {
    HttpClient app = server.client();
    const auto post = [&](const std::string& path, const Json& body, const std::string& key) {
        app.clear_cookies();
        return app.post(path, body, {{"Idempotency-Key", key}});
    };
    const auto twice = [&](const std::string& path, const Json& body, const std::string& key) {
        const HttpResponse first = post(path, body, key);
        const HttpResponse again = post(path, body, key);
        EXPECT_LT(first.status, 300) << path << first.body;
        EXPECT_EQ(again.status, first.status) << path;
        EXPECT_EQ(again.body, first.body) << path;
        EXPECT_EQ(again.header("set-cookie"), first.header("set-cookie")) << path;
        EXPECT_EQ(again.header("idempotent-replayed"), "true") << path;
        return first;
    };
    const std::string email = "obi@mail.example", password = "Sw0rdfish-and-rice";
    const Json form =
        Json::object({{"email", email}, {"phone_number", "0803 123 4567"}, {"password", password}});
    const std::string token = twice("/signup/", form, "a").json["signup_token"].as_string();
    const std::string code = server.code_mailed_to(email, 1);
    const Json verification = Json::object({{"otp", code}, {"signup_token", token}});
    const HttpResponse account = twice("/verify/", verification, "a");
    EXPECT_EQ(account.json["email"], Json(email));
    EXPECT_EQ(post("/verify/", verification, "b").status, 404) << "a new key, a new request";

    const Json login = Json::object({{"email", email}, {"password", password}});
    const Json tokens = twice("/login/", login, "a").json;
    const HttpResponse guessed =
        post("/login/", Json::object({{"email", email}, {"password", "wrong"}}), "a");
    EXPECT_EQ(guessed.status, 401) << "the key alone gives nothing";
    const Json refresh = Json::object({{"refresh_token", tokens["refresh_token"]}});
    twice("/token/refresh/", refresh, "a");

    twice("/password/forgot/", Json::object({{"email", email}}), "a");
    const std::string reset_code = server.code_mailed_to(email, 2);
    twice("/password/reset/",
          Json::object({{"email", email}, {"otp", reset_code}, {"password", "Yam-and-egg-sauce"}}),
          "a");
    // The two codes, and one notice of the new password.
    EXPECT_TRUE(testkit::wait_until([&] { return server.mails_to(email).size() >= 3; }));
    EXPECT_EQ(server.mails_to(email).size(), 3u);
}

TEST_P(Api, TheOriginalClientsSidesAreUnderstood) {
    const auto rice = server.food("Ofada rice", 300'000);
    const auto beef = server.food("Ayamase beef", 120'000);
    HttpClient customer = server.customer();
    const HttpResponse old_style = customer.post(
        "/cart/",
        Json::object({{"food_id", rice}, {"side_protein_id", beef}, {"extra_side_id", nullptr}}));
    ASSERT_EQ(old_style.status, 201) << old_style.body;
    const HttpResponse new_style = customer.post(
        "/cart/", Json::object({{"food_id", rice}, {"side_protein_ids", Json::array({beef})}}));
    ASSERT_EQ(new_style.status, 200) << new_style.body;
    EXPECT_EQ(new_style.json["id"], old_style.json["id"]);
    EXPECT_EQ(new_style.json["quantity"].as_integer(), 2);
}

}  // namespace kitchen::tests
