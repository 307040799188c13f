// What is logged of a request, and its trace.
#include "http/dispatcher.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "observe/current_trace.h"
#include "support.h"

namespace kitchen::http {
namespace {

using test::echo_route;
using test::field;
using test::Harness;
using test::identify;
using test::json_wire;
using test::signed_in;
using test::table_of;
using test::usual;
using test::wire;
using testing::HasSubstr;
using testing::Not;

TEST(DispatcherLog, HasOneLineARequestAndNoSecret) {
    Route route = echo_route();
    Harness server(table_of({route, signed_in()}, {identify("customer")}));
    server.add_pool(1, 10);
    server.get("/echo/jollof/7/?q=topsecret",
               {{"cookie", "sid=topsecret"}, {"x-request-id", "r-1"}});
    ASSERT_EQ(server.log.lines().size(), 1u);
    EXPECT_THAT(
        server.log.lines()[0],
        HasSubstr("request request_id=r-1 method=GET route=/echo/{name}/{id:id}/ status=200 ms="));
    EXPECT_THAT(server.log.lines()[0], HasSubstr(" bytes="));
    EXPECT_THAT(server.log.lines()[0], Not(HasSubstr("user_id")));
    server.get("/me/", {{"authorization", "Basic topsecret"}});
    EXPECT_THAT(server.log.lines().at(1), HasSubstr(" user_id=42"));
    server.send(wire("TOPSECRET", "/topsecret?topsecret"));
    server.get("/topsecret");
    server.dispatcher.on_framing_error({400, "bad_header", "No."}, "192.0.2.7", nullptr, nullptr);
    EXPECT_EQ(server.log.lines().size(), 5u);
    EXPECT_FALSE(server.log.contains("topsecret"));
    EXPECT_FALSE(server.log.contains("TOPSECRET"));
}

TEST(DispatcherLog, SaysWhoSentWhatCouldNotBeFramed) {
    Harness server(usual());
    server.dispatcher.on_framing_error({400, "bad_header", "No."}, "192.0.2.7", nullptr, nullptr);
    EXPECT_THAT(server.log.lines().at(0), HasSubstr(" method=- route=- status=400 "));
    EXPECT_THAT(server.log.lines().at(0), HasSubstr(" client=192.0.2.7"));
    Request head = json_wire("POST", "/things/", "", {{"x-request-id", "mine"}});
    const auto decision = server.dispatcher.on_head(head);
    const Response late = server.dispatcher.on_framing_error({408, "body_timeout", "Too slow."},
                                                             "192.0.2.7", &head, decision.get());
    EXPECT_EQ(field(late, "X-Request-Id"), "mine");
    EXPECT_THAT(server.log.lines().at(1),
                HasSubstr("request_id=mine method=POST route=/things/ status=408 "));
    EXPECT_THAT(server.log.lines().at(1), HasSubstr(" trace_id="));
}

TEST(DispatcherLog, NamesClientAndRouteAlsoOfARefusal) {
    Harness server(usual());
    server.send(wire("POST", "/things/", {{"content-type", "text/plain"}}, "{}"));
    EXPECT_THAT(server.log.lines().at(0), HasSubstr(" route=/things/ status=415 "));
    EXPECT_THAT(server.log.lines().at(0), HasSubstr(" client=192.0.2.7"));
    EXPECT_THAT(server.log.lines().at(0), HasSubstr(" trace_id="));
}

constexpr const char* trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string traceparent_field = std::string("00-") + trace_id + "-00f067aa0ba902b7-01";

TEST(DispatcherTrace, GoesOnFromTheCaller) {
    Trace seen;
    Harness server(
        table_of({Route::get("/t/").runs_inline().handle([&](Request& request) -> Result<Response> {
            seen = request.trace;
            return Response(204);
        })}));
    server.get("/t/", {{"traceparent", traceparent_field}});
    EXPECT_EQ(seen.id, trace_id);
    EXPECT_EQ(seen.parent_id, "00f067aa0ba902b7");
    EXPECT_EQ(seen.flags, Trace::sampled);
    EXPECT_TRUE(server.log.contains(std::string("trace_id=") + trace_id));
}

TEST(DispatcherTrace, IsThatOfTheThreadWhileTheHandlerRuns) {
    std::shared_ptr<const observe::CarriedTrace> seen;
    Harness server(
        table_of({Route::get("/t/").runs_inline().handle([&](Request&) -> Result<Response> {
            seen = observe::current_trace();
            return Response(204);
        })}));
    server.get("/t/",
               {{"traceparent", traceparent_field}, {"tracestate", "a=1"}, {"tracestate", "b=2"}});
    ASSERT_NE(seen, nullptr);
    EXPECT_EQ(seen->trace.id, trace_id);
    EXPECT_EQ(seen->state, "a=1,b=2");
    EXPECT_EQ(observe::current_trace(), nullptr);
    server.get("/t/", {{"traceparent", "broken"}, {"tracestate", "a=1"}});
    EXPECT_EQ(seen->trace.id.size(), 32u);
    EXPECT_EQ(seen->state, "") << "a state belongs to its trace";
}

TEST(DispatcherTrace, BeginsAnewWithoutOneGoodField) {
    std::vector<std::string> ids;
    Harness server(
        table_of({Route::get("/t/").runs_inline().handle([&](Request& request) -> Result<Response> {
            EXPECT_EQ(request.trace.parent_id, "");
            EXPECT_EQ(request.trace.flags, 0);
            EXPECT_TRUE(parse_traceparent("00-" + request.trace.id + "-00f067aa0ba902b7-00"))
                << request.trace.id;
            ids.push_back(request.trace.id);
            return Response(204);
        })}));
    server.get("/t/");
    server.get("/t/", {{"traceparent", traceparent_field + "-more"}});
    server.get("/t/", {{"traceparent", traceparent_field}, {"traceparent", traceparent_field}});
    std::sort(ids.begin(), ids.end());
    EXPECT_EQ(ids.size(), 3u);
    EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
    EXPECT_FALSE(server.log.contains(trace_id));
}

}  // namespace
}  // namespace kitchen::http
