// Conditional reads, HEAD and streams.
#include "http/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace kitchen::http {
namespace {

using test::body_of;
using test::constant;
using test::echo_route;
using test::field;
using test::Harness;
using test::ok;
using test::table_of;
using test::wire;

Route tagged() {
    return Route::get("/tagged/").runs_inline().handle([](Request&) -> Result<Response> {
        return ok(R"({"a":1})")
            .with_version(7)
            .with_header("Cache-Control", "max-age=5")
            .with_header("Content-Location", "/t/7");
    });
}

TEST(DispatcherConditional, ResponsesNotModified) {
    Harness server(table_of({tagged(), constant(Route::get("/plain/"))}));
    for (const char* tags : {"\"7\"", "W/\"7\"", "\"1\", \"7\"", "*"}) {
        const Response response = server.get("/tagged/", {{"if-none-match", tags}});
        EXPECT_EQ(response.status, 304) << tags;
        EXPECT_EQ(response.body, "");
        EXPECT_EQ(field(response, "ETag"), "\"7\"");
        EXPECT_EQ(field(response, "Cache-Control"), "max-age=5");
        EXPECT_EQ(field(response, "Content-Location"), "/t/7");
        EXPECT_EQ(field(response, "Content-Type"), "");
        EXPECT_NE(field(response, "X-Request-Id"), "");
    }
    EXPECT_EQ(server.send(wire("HEAD", "/tagged/", {{"if-none-match", "\"7\""}})).status, 304);
    EXPECT_EQ(
        server.get("/tagged/", {{"if-none-match", "\"1\""}, {"if-none-match", "\"7\""}}).status,
        304);
    for (const char* tags : {"\"8\"", "7", "\"7", "garbage", ""})
        EXPECT_EQ(server.get("/tagged/", {{"if-none-match", tags}}).status, 200) << tags;
    EXPECT_EQ(server.get("/plain/", {{"if-none-match", "*"}}).status, 200);
}

TEST(DispatcherConditional, OnlyForReadsThatWorked) {
    const Route post = Route::post("/p/").runs_inline().handle(
        [](Request&) -> Result<Response> { return ok("{}").with_version(7); });
    const Route gone = Route::get("/g/").runs_inline().handle(
        [](Request&) -> Result<Response> { return ok("{}", 410).with_version(7); });
    Harness server(table_of({post, gone}));
    EXPECT_EQ(server.send(wire("POST", "/p/", {{"if-none-match", "*"}})).status, 200);
    EXPECT_EQ(server.get("/g/", {{"if-none-match", "*"}}).status, 410);
}

TEST(DispatcherHead, GoesToTheRouteOfGet) {
    Harness server(table_of({tagged(), echo_route()}));
    const Response head = server.send(wire("HEAD", "/tagged/"));
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, R"({"a":1})");  // for its length: the transport sends none of it
    EXPECT_EQ(field(head, "ETag"), "\"7\"");
    EXPECT_EQ(body_of(server.send(wire("HEAD", "/echo/x/1")))["method"], Json("HEAD"));
}

TEST(DispatcherStreams, AreHandedThrough) {
    int opened = 0;
    const Route events =
        Route::get("/events/").runs_inline().handle([&](Request&) -> Result<Response> {
            Response response = Response(200).with_header("Content-Type", "text/event-stream");
            response.stream = [&opened](std::shared_ptr<EventStream>) { ++opened; };
            return response;
        });
    Harness server(table_of({events}));
    const Response response = server.get("/events/");
    ASSERT_TRUE(response.stream);
    response.stream(nullptr);
    EXPECT_EQ(opened, 1);
    EXPECT_FALSE(server.send(wire("HEAD", "/events/")).stream);
}

}  // namespace
}  // namespace kitchen::http
