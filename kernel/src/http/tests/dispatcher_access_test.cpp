// Who may call a route.
#include "http/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace kitchen::http {
namespace {

using test::constant;
using test::credentials;
using test::field;
using test::for_admins;
using test::gives;
using test::Harness;
using test::identify;
using test::json_wire;
using test::ok;
using test::signed_in;
using test::table_of;
using test::wire;

int status_for(Route route, const std::string& role, const Fields& headers) {
    Harness server(table_of({route}, {identify(role)}));
    server.add_pool(1, 10);
    return server.get(route.pattern, headers).status;
}

TEST(DispatcherAuthorises, ByTheRoutesAccess) {
    EXPECT_EQ(status_for(signed_in(), "customer", {}), 401);
    EXPECT_EQ(status_for(signed_in(), "customer", credentials), 200);
    EXPECT_EQ(status_for(for_admins(), "admin", {}), 401);
    EXPECT_EQ(status_for(for_admins(), "customer", credentials), 403);
    EXPECT_EQ(status_for(for_admins(), "kitchen", credentials), 200);
}

TEST(DispatcherAuthorises, BeforeItLooksAtTheInput) {
    Harness server(
        table_of({Route::post("/me/").signed_in().body(Schema::object({})).handle(gives("{}"))}));
    server.add_pool(1, 10);
    const Response response = server.send(json_wire("POST", "/me/?x=1", "{\"a\":1}"));
    EXPECT_EQ(response.status, 401);
}

TEST(DispatcherAuthorises, OperatorsAsThePluginThatIdentifiesSays) {
    const Route route = Route::get("/admin/").for_operators().handle(gives("{}"));
    EXPECT_EQ(status_for(route, "admin", {}), 401);
    EXPECT_EQ(status_for(route, "kitchen", credentials), 403);
    EXPECT_EQ(status_for(route, "admin", credentials), 200);
}

TEST(DispatcherAuthorises, AClientByItsScope) {
    const auto status = [](Route route, const std::string& scope, const char* method = "GET") {
        RegisteredMiddleware limited = {
            Phase::identify, "identify", "auth", [scope](Request& request, const Next& next) {
                request.principal = Principal{42, "kitchen", "", true, scope};
                return next();
            }};
        route.plugin = "orders";
        route.method = method;
        Harness server(table_of({route}, {limited}));
        server.add_pool(1, 10);
        return server.send(wire(method, route.pattern)).status;
    };
    EXPECT_EQ(status(signed_in(), "openid orders:read"), 200);
    EXPECT_EQ(status(signed_in(), "orders"), 200);
    EXPECT_EQ(status(signed_in(), ""), 403);
    EXPECT_EQ(status(signed_in(), "orders:reader preorders"), 403);
    EXPECT_EQ(status(signed_in(), "orders:read", "DELETE"), 403);
    EXPECT_EQ(status(signed_in(), "orders", "DELETE"), 200);
    EXPECT_EQ(status(signed_in().scope("openid"), "orders"), 403);
    EXPECT_EQ(status(signed_in().scope("openid"), "openid"), 200);
    EXPECT_EQ(status(for_admins(), "orders"), 403);
    EXPECT_EQ(status(for_admins(), "admin"), 200);
    EXPECT_EQ(status(for_admins(), "kitchen:read"), 200);
    EXPECT_EQ(status(signed_in().for_operators(), "admin"), 403);
    EXPECT_EQ(status(signed_in().for_operators(), "operator"), 200);
    EXPECT_EQ(status(signed_in().maybe_signed_in(), ""), 403);
}

TEST(DispatcherAuthorises, MaybeSomeone) {
    const Route route =
        Route::get("/menu/").maybe_signed_in().handle([](Request& request) -> Result<Response> {
            return Response::json(
                200, request.principal ? Json(request.principal->user_id) : Json(nullptr));
        });
    Harness server(table_of({route}, {identify("customer")}));
    server.add_pool(1, 10);
    EXPECT_EQ(server.get("/menu/").body, "null");
    EXPECT_EQ(server.get("/menu/", credentials).body, "42");
    EXPECT_EQ(server.get("/menu/", {{"authorization", "wrong"}}).status, 401);
}

TEST(DispatcherAuthorises, WhoIsABugWhereNoneHasToSignIn) {
    const auto ask = [](Request& request) -> Result<Response> {
        return Response::json(200, Json(request.who().user_id));
    };
    Harness server(table_of({Route::get("/open/").runs_inline().handle(ask),
                             Route::get("/menu/").maybe_signed_in().handle(ask),
                             Route::get("/me/").signed_in().handle(ask)},
                            {identify("customer")}));
    server.add_pool(1, 10);
    EXPECT_EQ(server.get("/me/", credentials).body, "42");
    for (const char* path : {"/open/", "/menu/"})
        EXPECT_EQ(server.get(path, credentials).status, 500) << path;
    EXPECT_TRUE(
        server.log.contains("where=handler plugin=test what=who() was called on GET /open/"));
}

TEST(DispatcherAuthorises, AndKeepsPrivateResponsesOutOfCaches) {
    Route cached = Route::get("/cached/").signed_in().handle([](Request&) -> Result<Response> {
        return ok("{}").with_header("cache-control", "private");
    });
    Harness server(
        table_of({signed_in(), cached, constant(Route::get("/open/"))}, {identify("customer")}));
    server.add_pool(1, 10);
    EXPECT_EQ(field(server.get("/me/", credentials), "Cache-Control"), "no-store");
    const Response kept = server.get("/cached/", credentials);
    EXPECT_EQ(field(kept, "cache-control"), "private");
    EXPECT_EQ(field(kept, "Cache-Control"), "");
    EXPECT_EQ(field(server.get("/open/"), "Cache-Control"), "no-cache");
    EXPECT_EQ(test::count_fields(server.get("/me/"), "Cache-Control"), 1u);
}

}  // namespace
}  // namespace kitchen::http
