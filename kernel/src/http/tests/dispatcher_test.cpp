// Everything between a framed request and its response, over a fake exchange: what is decided.
#include "http/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace kitchen::http {
namespace {

using test::body_of;
using test::body_route;
using test::code_of;
using test::field;
using test::Harness;
using test::json_wire;
using test::table_of;
using test::usual;
using test::wire;
using testing::ElementsAre;

TEST(Dispatcher, HandsTheHandlerAParsedRequest) {
    Harness server(usual());
    const Response response = server.get("/echo/a%20b/7/?n=5", {{"x-request-id", "r-1"}});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(body_of(response), Json::object({{"method", "GET"},
                                               {"path", "/echo/a b/7"},
                                               {"base_url", "http://kitchen.test:8080"},
                                               {"client", "192.0.2.7"},
                                               {"request_id", "r-1"},
                                               {"json", nullptr},
                                               {"path.name", "a b"},
                                               {"path.id", "7"},
                                               {"query.q", "none"},
                                               {"query.n", "5"}}));
    EXPECT_EQ(field(response, "Content-Type"), "application/json");
    EXPECT_EQ(field(response, "X-Request-Id"), "r-1");
}

TEST(Dispatcher, TakesLinksFromTheConfiguredUrl) {
    ServerOptions options;
    options.public_url = "https://kitchen.example/";
    Harness server(usual(), options);
    EXPECT_EQ(body_of(server.get("/echo/x/1"))["base_url"], Json("https://kitchen.example"));
}

TEST(Dispatcher, PutsThePrefixOfThePublicUrlBeforePaths) {
    ServerOptions options;
    options.public_url = "https://site.example/api";
    const auto going_to = [](const char* path, const char* location) {
        return Route::get(path).runs_inline().handle([location](Request&) -> Result<Response> {
            return Response(201).with_location(location);
        });
    };
    ServerTable table = usual();
    table.routes.push_back(going_to("/here/", "/foods/1/"));
    table.routes.push_back(going_to("/there/", "https://elsewhere.example/"));
    Harness server(std::move(table), options);
    EXPECT_EQ(body_of(server.get("/echo/x/1"))["base_url"], Json("https://site.example/api"));
    EXPECT_EQ(field(server.get("/here/"), "Location"), "/api/foods/1/");
    EXPECT_EQ(field(server.get("/there/"), "Location"), "https://elsewhere.example/");
}

TEST(Dispatcher, MakesLinksWithoutAHost) {
    Harness server(usual());
    server.dispatcher.use_port(4711);
    Request request = wire("GET", "/echo/x/1");
    request.headers.clear();
    EXPECT_EQ(body_of(server.send(request))["base_url"], Json("http://127.0.0.1:4711"));
}

struct Refused {
    const char* name;
    Request request;
    int status;
    const char* code;
};
void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.name; }

class DispatcherRefuses : public testing::TestWithParam<Refused> {};

TEST_P(DispatcherRefuses, WithAProblem) {
    Harness server(usual());
    const Response response = server.send(GetParam().request);
    EXPECT_EQ(response.status, GetParam().status);
    EXPECT_EQ(code_of(response), GetParam().code);
    EXPECT_EQ(field(response, "Content-Type"), "application/problem+json");
    EXPECT_EQ(body_of(response)["request_id"], Json(field(response, "X-Request-Id")));
    EXPECT_EQ(field(response, "X-Request-Id").size(), 32u);
    EXPECT_EQ(body_of(response)["status"], Json(GetParam().status));
}

INSTANTIATE_TEST_SUITE_P(
    Table, DispatcherRefuses,
    testing::Values(
        Refused{"UnknownPath", wire("GET", "/nothing"), 404, "no_such_path"},
        Refused{"UnknownMethod", wire("BREW", "/plain"), 501, "unknown_method"},
        Refused{"WrongMethod", wire("DELETE", "/plain"), 405, "method_not_allowed"},
        Refused{"BadPath", wire("GET", "/%zz"), 400, "bad_path"},
        Refused{"NoType", wire("POST", "/things/", {}, "{}"), 415, "unsupported_media_type"},
        Refused{"WrongType", wire("POST", "/things/", {{"content-type", "text/plain"}}, "{}"), 415,
                "unsupported_media_type"},
        Refused{"BadJson", json_wire("POST", "/things/", "{"), 400, "malformed_json"},
        Refused{"BadUtf8", json_wire("POST", "/things/", "\"\xff\""), 400, "malformed_json"},
        Refused{"InvalidBody", json_wire("POST", "/things/", "{}"), 422, "validation_failed"},
        Refused{"NoBody", wire("POST", "/things/"), 422, "validation_failed"},
        Refused{"UnwantedBody", json_wire("POST", "/empty/", R"({"a":1})"), 422,
                "validation_failed"},
        Refused{"UnknownQuery", json_wire("POST", "/things/?x=1", R"({"a":1})"), 422,
                "validation_failed"},
        Refused{"BadQuery", wire("GET", "/plain/?x=%zz"), 400, "bad_query"},
        Refused{"TooLarge", json_wire("POST", "/things/", std::string(64 * 1024 + 1, ' ')), 413,
                "body_too_large"}),
    [](const auto& info) { return info.param.name; });

TEST(Dispatcher, ReportsFaultsThatOnlyThePluginKnowsTogetherWithTheOthers) {
    const Schema body = Schema::object({{"phone", Schema::string()},
                                        {"age", Schema::integer()},
                                        {"fax", Schema::string(), optional},
                                        {"more", Schema::array(Schema::integer()), optional}});
    Route route = Route::post("/people/")
                      .body(body)
                      .check([](const Json& valid) -> Status {
                          Error error(Errc::unprocessable, "wrong", "Wrong.");
                          error.faults = {{"/phone", "phone_invalid", "No number."},
                                          {"/more/1", "zero", "Zero."}};
                          for (const char* member : {"/phone", "/fax"})
                              if (!valid.find(member + 1))
                                  error.faults.push_back({member, "required", "Give one."});
                          if (valid.find("age")) error.faults.push_back({"/age", "seen", "Valid."});
                          return error;
                      })
                      .handle([](Request&) -> Result<Response> { return Response(204); });
    Harness server(table_of({std::move(route)}));
    server.add_pool(1, 10);
    const auto faults = [&](const char* text) {
        std::vector<std::string> out;
        const Json json = body_of(server.send(json_wire("POST", "/people/", text)));
        for (const Json& fault : json["errors"].as_array())
            out.push_back(fault["pointer"].as_string() + ' ' + fault["code"].as_string());
        return out;
    };
    EXPECT_THAT(faults(R"({"phone":"x","age":"old","more":[1,"2"]})"),
                ElementsAre("/age type", "/more/1 type", "/phone phone_invalid", "/fax required"));
    EXPECT_THAT(faults(R"({"phone":"x","age":3})"),
                ElementsAre("/phone phone_invalid", "/fax required", "/age seen"));
    EXPECT_THAT(faults(R"({"age":"old"})"),
                ElementsAre("/phone required", "/age type", "/fax required"));
}

TEST(Dispatcher, ReportsAllFaultsOfQueryAndBodyTogether) {
    Harness server(usual());
    const Response response =
        server.send(json_wire("POST", "/things/?x=1&y=2", R"({"a":"x","z":1})"));
    std::vector<std::string> faults;
    const Json body = body_of(response);
    for (const Json& fault : body["errors"].as_array())
        faults.push_back(fault["pointer"].as_string() + ' ' + fault["code"].as_string());
    EXPECT_THAT(faults, ElementsAre("?x unknown_parameter", "?y unknown_parameter", "/a type",
                                    "/z unknown_field"));
}

TEST(Dispatcher, TellsWhatAPathAllows) {
    Harness server(usual());
    EXPECT_EQ(field(server.send(wire("DELETE", "/plain")), "Allow"), "GET, HEAD, OPTIONS");
    const Response options = server.send(wire("OPTIONS", "/plain", {{"x-request-id", "r"}}));
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(field(options, "Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(field(options, "X-Request-Id"), "r");
    EXPECT_EQ(options.body, "");
    const Response all = server.send(wire("OPTIONS", "*"));
    EXPECT_EQ(all.status, 204);
    EXPECT_EQ(field(all, "Allow"), "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    EXPECT_EQ(field(all, "Content-Type"), "");
}

TEST(Dispatcher, DecidesOnTheHead) {
    Route large = body_route();
    large.pattern = "/large/";
    large.body_limit(5'000'000);
    Harness server(table_of({body_route(), large}));
    EXPECT_EQ(server.decide(json_wire("POST", "/things/", "{}"))->body_limit, 64u * 1024u);
    EXPECT_EQ(server.decide(json_wire("POST", "/large/", "{}"))->body_limit, 5'000'000u);
    EXPECT_FALSE(server.decide(json_wire("POST", "/things/", "{}"))->refusal);
    EXPECT_TRUE(server.decide(json_wire("POST", "/nothing/", "{}"))->refusal);
    EXPECT_TRUE(server.decide(wire("POST", "/things/", {}, "{}"))->refusal);
}

TEST(Dispatcher, KeepsWhatTheHeadDecidedWithTheRequest) {
    Harness server(usual());
    Request request = wire("GET", "/echo/a%20b/7/?n=5", {{"x-request-id", "r-1"}});
    const auto decision = server.dispatcher.on_head(request);
    ASSERT_FALSE(decision->refusal);
    EXPECT_EQ(request.route, &server.table.routes[0]);
    EXPECT_EQ(request.path, "/echo/a b/7");
    EXPECT_EQ(request.path_parameters, (Fields{{"name", "a b"}, {"id", "7"}}));
    EXPECT_EQ(request.client_address, "192.0.2.7");
    EXPECT_EQ(request.base_url, "http://kitchen.test:8080");
    EXPECT_EQ(request.request_id, "r-1");
    EXPECT_EQ(request.trace.id.size(), 32u);
}

TEST(Dispatcher, TurnsFramingErrorsIntoProblems) {
    Harness server(usual());
    const Response response = server.dispatcher.on_framing_error(
        {431, "headers_too_large", "The header section is too large."}, "192.0.2.7", nullptr,
        nullptr);
    EXPECT_EQ(response.status, 431);
    EXPECT_EQ(code_of(response), "headers_too_large");
    EXPECT_EQ(field(response, "X-Request-Id").size(), 32u);
    EXPECT_EQ(field(response, "Retry-After"), "");
    EXPECT_EQ(field(server.dispatcher.on_framing_error({503, "too_many_connections", "Too many."},
                                                       "192.0.2.7", nullptr, nullptr),
                    "Retry-After"),
              "1");
}

TEST(Dispatcher, IgnoresARequestIdThatCouldHarm) {
    Harness server(usual());
    for (const char* bad : {"", "a b", "a\"b", "<script>"})
        EXPECT_EQ(field(server.get("/plain", {{"x-request-id", bad}}), "X-Request-Id").size(), 32u);
}

}  // namespace
}  // namespace kitchen::http
