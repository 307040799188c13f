// What a server refuses to start with, and what it makes of its table.
#include "http/server_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server.h"
#include "support.h"

namespace kitchen::http {
namespace {

using test::constant;
using testing::HasSubstr;

std::string refusal_of(std::vector<Route> routes,
                       std::vector<RegisteredMiddleware> middleware = {}) {
    testkit::RecordingLogger log;
    testkit::ManualClock clock;
    testkit::SeededRandom random;
    for (Route& route : routes)
        if (route.plugin.empty()) route.plugin = "p";
    try {
        Server({}, {std::move(routes), std::move(middleware)}, log, clock, random);
    } catch (const std::runtime_error& refusal) {
        return refusal.what();
    }
    return "";
}

TEST(ServerTableCheck, ReportsEverythingAtOnce) {
    Route twin = constant(Route::get("/a/"));
    twin.plugin = "other";
    Route private_inline = constant(Route::get("/b/"));
    private_inline.signed_in();
    Route for_nobody = constant(Route::get("/d/"));
    for_nobody.is_inline = false;
    for_nobody.roles({});
    Route get_with_body = constant(Route::get("/e/"));
    get_with_body.body(Schema::object({}));
    const std::string text = refusal_of(
        {constant(Route::get("/a/")), twin, private_inline, Route::get("/c/"), for_nobody,
         get_with_body, constant(Route::get("bad")), constant(Route::get("/openapi.json")),
         constant(Route::post("/f/").optional_body())});
    for (const char* expected :
         {"GET /a/ (plugin other) takes the same requests as GET /a/ (plugin p)",
          "GET /b/ (plugin p) runs inline and identifies its client",
          "GET /b/ (plugin p) identifies its client, and no plugin does that",
          "GET /c/ (plugin p) has no handler", "GET /d/ (plugin p) is for no role at all",
          "GET /e/ (plugin p) takes a body", "GET bad (plugin p): the pattern is not well formed",
          "GET /openapi.json (plugin kernel) takes the same requests as GET /openapi.json (plugin "
          "p)",
          "POST /f/ (plugin p) has an optional body without a schema"})
        EXPECT_THAT(text, HasSubstr(expected));
}

TEST(ServerTableCheck, OperatorsNeedNoPluginThatIdentifies) {
    const auto handler = [](Request&) -> Result<Response> { return Response(204); };
    EXPECT_EQ(refusal_of({Route::get("/a/").for_operators().handle(handler)}), "");
    EXPECT_THAT(refusal_of({Route::get("/a/").maybe_signed_in().handle(handler)}),
                HasSubstr("GET /a/ (plugin p) identifies its client, and no plugin does that"));
}

TEST(ServerTableCheck, MiddlewareForRoutesThatAreNotThereIsRefused) {
    const auto middleware = [](Phase phase, std::vector<std::string> names) {
        Middleware call = [](Request&, const Next& next) { return next(); };
        return RegisteredMiddleware{phase, "stamp", "stamps",
                                    std::move(call).only_for(std::move(names))};
    };
    const std::vector<Route> routes = {constant(Route::get("/a/"))};
    EXPECT_EQ(refusal_of(routes, {middleware(Phase::shield, {"GET /a", "plugin p"})}), "");
    for (const char* name : {"POST /a/", "GET /b/", "GET  /a/", "get /a/", "/a/", "GET /a/x", "GET",
                             "plugin q", "plugin ", ""})
        EXPECT_THAT(refusal_of(routes, {middleware(Phase::shield, {"GET /a/", name})}),
                    HasSubstr("the middleware 'stamp' (plugin stamps) is for '" +
                              std::string(name) + "', and there is no such route"));
    Route mine = Route::get("/mine/").signed_in().handle(test::gives("{}"));
    Route yours = Route::get("/yours/").signed_in().handle(test::gives("{}"));
    const std::string text =
        refusal_of({mine, yours}, {middleware(Phase::identify, {"GET /mine/"})});
    EXPECT_THAT(text, HasSubstr("GET /yours/ (plugin p) identifies its client"));
    EXPECT_THAT(text, testing::Not(HasSubstr("GET /mine/")));
}

TEST(ServerTableCheck, ExposesWhatRoutesAndMiddlewareSend) {
    ServerTable table;
    table.routes.push_back(constant(Route::get("/a/").response_header("Replayed", "true")));
    Middleware limits = [](Request&, const Next& next) { return next(); };
    table.middleware.push_back(
        {Phase::shield, "limit", "p", std::move(limits).sends({"RateLimit"})});
    EXPECT_EQ(exposed_fields(table),
              (std::vector<std::string>{"Allow", "ETag", "Location", "RateLimit", "Replayed",
                                        "Retry-After", "X-Request-Id"}));
}

TEST(ServerTableCheck, ListsItsRoutesWithoutListening) {
    testkit::RecordingLogger log;
    testkit::ManualClock clock;
    testkit::SeededRandom random;
    const Server server({}, {{constant(Route::get("/a/"))}, {}}, log, clock, random);
    ASSERT_EQ(server.routes().size(), 4u);
    EXPECT_EQ(server.routes()[0].pattern, "/a/");
    EXPECT_EQ(server.port(), 0);
    EXPECT_EQ(server.stats().connections, 0u);
}

}  // namespace
}  // namespace kitchen::http
