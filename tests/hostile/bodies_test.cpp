// Bodies that are no JSON, or JSON that no route should take.
#include <set>

#include "kitchen/text.h"
#include "wire_case.h"

namespace kitchen::tests {
namespace {

std::string login(std::string_view body) { return json_request("POST /login/", body); }

/// The pointers of a problem's faults.
std::set<std::string> pointers(const HttpResponse& response) {
    std::set<std::string> found;
    if (const Json* errors = response.json.find("errors"))
        for (const Json& fault : errors->as_array()) found.insert(fault["pointer"].as_string());
    return found;
}

void expect_fault(const HttpResponse& response, const std::string& pointer,
                  const std::string& what) {
    EXPECT_EQ(response.status, 422) << what << ": " << response.body;
    EXPECT_TRUE(pointers(response).contains(pointer))
        << what << ": no fault at '" << pointer << "' in " << response.body;
}

}  // namespace

TEST_F(Hostile, WhatIsNotJson) {
    std::vector<WireCase> rows;
    for (const char* body : {"{",
                             "{\"email\":",
                             "{\"email\":\"a",
                             "[",
                             "\"",
                             "{}}",
                             "{} {}",
                             "{}x",
                             "nul",
                             "True",
                             "'a'",
                             "{email:1}",
                             "{\"a\":1,}",
                             "[1,]",
                             "[,]",
                             "{,}",
                             "// x\n{}",
                             "/* */{}",
                             "\xef\xbb\xbf{}",
                             "{\"a\":01}",
                             "{\"a\":.5}",
                             "{\"a\":5.}",
                             "{\"a\":+1}",
                             "{\"a\":0x1}",
                             "{\"a\":1e}",
                             "{\"a\":NaN}",
                             "{\"a\":Infinity}",
                             "{\"a\":-Infinity}",
                             "{\"a\":\"\x01\"}",
                             "{\"a\":\"\n\"}",
                             "{\"a\":\"\\x\"}",
                             "{\"a\":\"\\u12\"}",
                             "{\"a\":\"\\ud800\"}",
                             "{\"a\":\"\\udc00\\ud800\"}",
                             "{\"a\":\"\xff\"}",
                             "{\"a\":\"\xc0\xaf\"}",
                             "{\"a\":\"\xed\xa0\x80\"}",
                             "{\"a\":\"\xf4\x90\x80\x80\"}",
                             "{\"\xc3\":1}",
                             "{\"a\":1,\"a\":2}",
                             "{\"a\":1,\"\\u0061\":2}",
                             "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}",
                             " ",
                             "\r\n",
                             "<xml/>",
                             "a=1&b=2",
                             "----\r\n"})
        rows.push_back(answered(body, login(body), {400}, "malformed_json"));
    rows.push_back(answered("NUL after it", login(std::string_view("{}\0", 3)), {400}));
    rows.push_back(answered("33 deep", login(std::string(33, '[') + std::string(33, ']')), {400}));
    rows.push_back(
        answered("10,000 deep", login(std::string(10'000, '[') + std::string(10'000, ']')), {400}));
    rows.push_back(answered("60,000 deep and open", login(std::string(60'000, '[')), {400}));
    std::string nested;
    for (int i = 0; i < 10'000; ++i) nested += "{\"a\":";
    rows.push_back(answered("10,000 objects deep", login(nested), {400}));
    expect_every_way(rows);
}

TEST_F(Hostile, JsonOfTheWrongShape) {
    std::vector<WireCase> rows;
    for (const char* body : {"",
                             "null",
                             "1",
                             "\"x\"",
                             "[]",
                             "[{}]",
                             "true",
                             "{}",
                             "{\"email\":1}",
                             "{\"user_id\":18446744073709551617}",
                             "{\"user_id\":-9223372036854775809}",
                             "{\"user_id\":9223372036854775808}",
                             "{\"a\":1E400}",
                             "{\"a\":-1e999}",
                             "{\"a\":1e999}",
                             "{\"email\":null,\"password\":\"x\"}",
                             "{\"email\":[\"a@b.example\"],\"password\":\"x\"}",
                             "{\"email\":\"a@b.example\",\"password\":\"x\",\"is_admin\":true}",
                             "{\"user_id\":1.5,\"password\":\"x\"}",
                             "{\"user_id\":0,\"password\":\"x\"}",
                             "{\"user_id\":-1,\"password\":\"x\"}",
                             "{\"user_id\":1e-2,\"password\":\"x\"}",
                             "{\"user_id\":\"1\",\"password\":\"x\"}",
                             "{\"password\":\"x\"}",
                             "{\"email\":\"a@b.example\",\"password\":\"\"}",
                             "{\"email\":\"a\\u0000@b.example\",\"password\":\"x\"}",
                             "{\"email\":\"a@b.example\\r\\nBcc: x@y.example\",\"password\":\"x\"}",
                             "{\"__proto__\":{}}",
                             "{\"\":1}",
                             "{\"\\u0000\":1}"})
        rows.push_back(answered(body, login(body), {422}));
    rows.push_back(answered("a number of 60,000 digits",
                            login("{\"user_id\":" + std::string(60'000, '9') + "}"), {422}));
    rows.push_back(answered(
        "a password of 60,000 characters",
        login("{\"email\":\"a@b.example\",\"password\":\"" + std::string(60'000, 'p') + "\"}"),
        {422}));
    std::string crowd = "{\"a\":1";
    for (int i = 0; i < 5'000; ++i) crowd += ",\"k" + std::to_string(i) + "\":1";
    rows.push_back(answered("5,000 unknown members", login(crowd + "}"), {422}));
    rows.push_back(answered("an unknown member of 60,000 bytes",
                            login("{\"" + std::string(60'000, '/') + "\":1}"), {422}));
    rows.push_back(answered("a body where none belongs",
                            request("GET /foods/", "Content-Length: 7\r\n", "{\"a\":1}"), {422}));
    expect_every_way(rows);
}

TEST_F(Hostile, BodiesOfTheWrongType) {
    std::vector<WireCase> rows;
    const auto typed = [&](const std::string& fields) {
        rows.push_back(refused(fields.empty() ? "no type" : fields,
                               request("POST /login/", fields + "Content-Length: 2\r\n", "{}"),
                               {415}));
    };
    typed("");
    for (const char* type :
         {"text/plain", "text/json", "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x", "application/jsonp", "application/json, text/plain",
          "application/json; charset=utf-16", "application/json;charset=\"iso-8859-1\"",
          "application", "", ";", "application/problem+json", "*/*", "application/*", "\xff",
          "application/json/x", "application /json"})
        typed("Content-Type: " + std::string(type) + "\r\n");
    for (const char* coding : {"gzip", "br", "deflate, gzip", "x", "\xff"})
        typed("Content-Type: application/json\r\nContent-Encoding: " + std::string(coding) +
              "\r\n");
    for (const char* type :
         {"application/json;charset=utf-8", "APPLICATION/JSON; Charset=\"UTF-8\"",
          "application/json ; x=y", "application/json;"})
        rows.push_back(answered(
            type,
            request("POST /login/",
                    "Content-Type: " + std::string(type) + "\r\nContent-Length: 2\r\n", "{}"),
            {422}));
    expect_every_way(rows);
}

TEST_F(Hostile, BodiesAtTheLimit) {
    const std::string largest(64 * 1024, ' ');
    std::string one_by_one;
    for (int i = 0; i < 60'000; ++i) one_by_one += "1\r\n \r\n";
    std::vector<WireCase> rows = {
        answered("64 KiB", login(largest), {400}, "malformed_json"),
        refused("64 KiB and one byte", login(largest + " "), {413}, "body_too_large"),
        refused("64 KiB and one byte, in chunks",
                request("POST /login/",
                        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
                        "80000\r\n" + largest.substr(0, 0x80000) + "\r\n80001\r\n"),
                {413}),
        answered("60,000 chunks of one byte",
                 request("POST /login/",
                         "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
                         one_by_one + "0\r\n\r\n"),
                 {400}, "malformed_json"),
    };
    for (const WireCase& row :
         rows) {  // a million sends for the sake of "one byte at a time" would prove nothing more
        RawClient client(port());
        client.send(row.bytes);
        const auto response = client.read_response();
        ASSERT_TRUE(response) << row.name;
        EXPECT_EQ(response->status, row.responses[0][0]) << row.name << response->body;
        EXPECT_EQ(parse_json(response->body).value_or(Json())["code"],
                  Json(row.code.empty() ? "body_too_large" : row.code))
            << row.name;
        if (!row.kept) {
            EXPECT_TRUE(client.ends()) << row.name;
        }
    }
    expect_service("bodies at the limit");
}

TEST_F(Hostile, ValuesThatNoOrderShouldHold) {
    HttpClient admin = server.admin(), customer = server.customer();
    const std::int64_t food = server.food("Jollof", 250'000);
    const Json big = std::int64_t{9'223'372'036'854'775'807};

    for (const Json& price : {Json(-1), Json(1.5), Json("100"), Json(nullptr), Json(true), big,
                              Json(std::int64_t{-9'223'372'036'854'775'807 - 1})})
        expect_fault(admin.post("/foods/", Json::object({{"name", "x"},
                                                         {"description", "x"},
                                                         {"price", price},
                                                         {"category", "x"}})),
                     "/price", "price " + price.dump());
    for (const Json& stock : {Json(-1), Json(0.5), Json("1"), big})
        expect_fault(admin.patch("/foods/" + std::to_string(food) + "/",
                                 Json::object({{"available_quantity", stock}})),
                     "/available_quantity", "stock " + stock.dump());
    for (const Json& delta :
         {big, Json(std::int64_t{-9'223'372'036'854'775'807 - 1}), Json(0.1), Json("1")})
        expect_fault(admin.post("/foods/" + std::to_string(food) + "/stock/",
                                Json::object({{"delta", delta}, {"reason", "x"}})),
                     "/delta", "delta " + delta.dump());
    for (const Json& quantity : {Json(0), Json(-1), Json(100), Json(1'000'000'000), big, Json(1.5),
                                 Json("1"), Json(true), Json(nullptr), Json::array()})
        expect_fault(
            customer.post("/cart/", Json::object({{"food_id", food}, {"quantity", quantity}})),
            "/quantity", "quantity " + quantity.dump());
    for (const Json& id : {Json(0), Json(-1), Json(1.5), Json("1"), Json(nullptr), Json(true)})
        expect_fault(customer.post("/cart/", Json::object({{"food_id", id}})), "/food_id",
                     "food_id " + id.dump());
    EXPECT_EQ(customer.post("/cart/", Json::object({{"food_id", big}})).status, 409)
        << "no such food";
    Json::Array many;
    for (int i = 1; i <= 2'000; ++i) many.emplace_back(std::int64_t{i});
    EXPECT_EQ(
        customer.post("/cart/", Json::object({{"food_id", food}, {"extra_side_ids", many}})).status,
        422);
    for (const Json& tip : {Json(-1), big, Json(0.5), Json("5")})
        expect_fault(
            customer.post("/orders/", Json::object({{"fulfillment_type", "pickup"}, {"tip", tip}})),
            "/tip", "tip " + tip.dump());
    expect_fault(
        customer.post("/orders/", Json::object({{"fulfillment_type", "pickup"}, {"total", 1}})),
        "/total", "a total of one's own");
    expect_fault(customer.post("/cart/", Json::object({{"food_id", food}, {"unit_price", 1}})),
                 "/unit_price", "a price of one's own");
    const Json wish = Json::object({{"email", "x@mail.example"},
                                    {"phone_number", "08035550000"},
                                    {"password", Restaurant::password}});
    for (const char* member : {"is_admin", "role", "id", "disabled", "is_verified"}) {
        Json body = wish;
        body.set(member, true);
        expect_fault(server.client().post("/signup/", body), "/" + std::string(member), member);
        expect_fault(customer.patch("/me/", Json::object({{member, true}})),
                     "/" + std::string(member), member);
    }
    EXPECT_EQ(customer.get("/me/").json["role"], Json("customer"));
}

// SQL, HTML, patterns and control characters are text like any other: kept and given back as typed.
TEST_F(Hostile, TextIsText) {
    HttpClient admin = server.admin(), customer = server.customer();
    int number = 0;
    for (const char* text :
         {"Robert'); DROP TABLE foods;--",
          "\" OR \"\"=\"",
          "<script>alert('x')</script>",
          "<img src=x onerror=alert(1)>",
          "{{7*7}} ${7*7} #{7*7}",
          "%s%n%x %d",
          "../../etc/passwd",
          "a\\b\\\\c",
          "$1 ?1 :name @name",
          "100% _real_",
          "\xf0\x9f\x8d\x9b \xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7 \xe2\x80\xae"
          "abc",
          "line\nline\ttab\r\n",
          "\x01\x1b[31m\x7f",
          "e\xcc\x81\xcc\x81\xcc\x81",
          "\xe2\x80\x8b\xef\xbb\xbf",
          "-- ",
          "/*",
          "'; SELECT pg_sleep(9);--",
          "null",
          "NaN"}) {
        const std::string name = "Dish " + std::to_string(++number) + " " + text + ".";
        const HttpResponse created = admin.post(
            "/foods/",
            Json::object(
                {{"name", name}, {"description", text}, {"price", 100}, {"category", "Mains"}}));
        if (created.status == 422)
            continue;  // some are no name; none may be kept as something else
        ASSERT_EQ(created.status, 201) << text << created.body;
        const std::string path = "/foods/" + std::to_string(created.json["id"].as_integer()) + "/";
        const HttpResponse read = customer.get(path);
        EXPECT_EQ(read.json["name"], Json(name)) << read.body;
        const HttpResponse line = customer.post(
            "/cart/",
            Json::object({{"food_id", created.json["id"]}, {"special_instructions", text}}));
        EXPECT_TRUE(line.status == 201 || line.status == 422) << line.body;
        if (line.status != 201) continue;
        const std::string note = trimmed(text);
        EXPECT_EQ(line.json["special_instructions"], note.empty() ? Json() : Json(note))
            << line.body;
    }
    EXPECT_GE(customer.get("/cart/").json["items"].size(), 12u);
    // What is a pattern elsewhere is a character here.
    EXPECT_EQ(customer.get("/foods/?search=100%25%20_real_").json["total_count"], Json(1));
    EXPECT_EQ(customer.get("/foods/?search=%25").json["total_count"],
              customer.get("/foods/?search=%25&limit=1").json["total_count"]);
    EXPECT_LT(customer.get("/foods/?search=%25").json["total_count"].as_integer(), 6);
}

TEST_F(Hostile, AnotherCustomersThingsAreNotThere) {
    HttpClient ada = server.customer(), eve = server.customer();
    const std::int64_t food = server.food("Amala", 90'000);
    const Json one = Json::object({{"food_id", food}});
    const std::string line =
        "/cart/" + std::to_string(ada.post("/cart/", one).json["id"].as_integer()) + "/";
    EXPECT_EQ(eve.patch(line, Json::object({{"quantity", 99}})).status, 404);
    EXPECT_EQ(eve.del(line).status, 404);
    EXPECT_EQ(eve.get("/cart/").json["items"].size(), 0u);
    ASSERT_EQ(ada.get("/cart/").json["items"].size(), 1u);

    const HttpResponse placed = ada.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}),
                                         {{"Idempotency-Key", "dinner"}});
    ASSERT_EQ(placed.status, 201) << placed.body;
    const std::string order = "/orders/" + std::to_string(placed.json["id"].as_integer()) + "/";
    EXPECT_EQ(eve.get(order).status, 404);
    EXPECT_EQ(eve.post(order + "cancel/", Json::object()).status, 404);
    EXPECT_EQ(eve.get("/orders/").json["total_count"], Json(0));
    EXPECT_EQ(eve.post(order + "status/", Json::object({{"status", "completed"}})).status, 403);
    // A key is known to its owner only: another's is free.
    ASSERT_EQ(eve.post("/cart/", one).status, 201);
    const HttpResponse own = eve.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}),
                                      {{"Idempotency-Key", "dinner"}});
    ASSERT_EQ(own.status, 201) << own.body;
    EXPECT_NE(own.json["id"], placed.json["id"]);
    EXPECT_EQ(ada.get(order).json["status"], placed.json["status"]);
}

}  // namespace kitchen::tests
