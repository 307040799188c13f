// Routes on the pool: what waits, and what is given up.
#include "http/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace kitchen::http {
namespace {

using test::code_of;
using test::constant;
using test::field;
using test::Harness;
using test::ok;
using test::table_of;
using test::wire;

class DispatcherPool : public testing::Test {
protected:
    DispatcherPool()
        : server(table_of({Route::get("/block/").handle([this](Request&) -> Result<Response> {
                               started.open();
                               release.wait();
                               return ok("{}");
                           }),
                           Route::get("/quick/").handle([this](Request&) -> Result<Response> {
                               ++quick;
                               return ok("{}");
                           }),
                           constant(Route::get("/inline/"))})) {}

    test::Gate started, release;
    std::atomic<int> quick{0};
    Harness server;
};

TEST_F(DispatcherPool, ResponsesAtOnceWhenItIsFull) {
    server.add_pool(1, 1);
    const auto blocked = server.start(wire("GET", "/block/"));
    started.wait();
    const auto queued = server.start(wire("GET", "/quick/"));
    const Response refused = server.get("/quick/");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(code_of(refused), "overloaded");
    EXPECT_EQ(field(refused, "Retry-After"), "1");
    EXPECT_EQ(server.get("/inline/").status, 200);
    EXPECT_FALSE(queued->has_response());
    release.open();
    EXPECT_EQ(blocked->response().status, 200);
    EXPECT_EQ(queued->response().status, 200);
    EXPECT_EQ(quick, 1);
}

TEST_F(DispatcherPool, GivesUpWhatWaitedTooLong) {
    server.add_pool(1, 10);
    const auto blocked = server.start(wire("GET", "/block/"));
    started.wait();
    const auto queued = server.start(wire("GET", "/quick/"));
    server.clock.advance(std::chrono::seconds(31));
    release.open();
    const Response late = queued->response();
    EXPECT_EQ(late.status, 503);
    EXPECT_EQ(field(late, "Retry-After"), "1");
    EXPECT_EQ(blocked->response().status, 200);
    EXPECT_EQ(quick, 0);
}

TEST_F(DispatcherPool, SkipsWhoHasGone) {
    server.add_pool(1, 10);
    const auto blocked = server.start(wire("GET", "/block/"));
    started.wait();
    const auto gone = server.start(wire("GET", "/quick/"));
    gone->is_connected = false;
    const auto waiting = server.start(wire("GET", "/quick/"));
    release.open();
    EXPECT_EQ(waiting->response().status, 200);
    EXPECT_EQ(quick, 1);
    EXPECT_TRUE(server.log.contains("status=499"));
}

TEST_F(DispatcherPool, SetsTheDeadlineFromTheTimeOfArrival) {
    std::optional<std::chrono::steady_clock::time_point> deadline;
    Harness other(
        table_of({Route::get("/d/").runs_inline().handle([&](Request& request) -> Result<Response> {
            deadline = request.deadline;
            return Response(204);
        })}));
    other.get("/d/");
    EXPECT_EQ(deadline, other.clock.steady_now() + std::chrono::seconds(30));
    release.open();
}

}  // namespace
}  // namespace kitchen::http
