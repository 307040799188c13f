// Middleware, and what goes wrong inside it and inside handlers.
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
using test::identify;
using test::signed_in;
using test::table_of;
using test::wire;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(DispatcherMiddleware, RunsInPhasesAroundTheHandler) {
    std::vector<std::string> seen;
    const auto note = [&seen](Phase phase, std::string name) {
        return RegisteredMiddleware{
            phase, name, "test", [&seen, name](Request& request, const Next& next) {
                seen.push_back(name + (request.route ? "" : " without a route"));
                auto result = next();
                seen.push_back("/" + name);
                return result;
            }};
    };
    Harness server(
        table_of({constant(Route::get("/open/")), signed_in()},
                 {note(Phase::identify, "i"), note(Phase::shield, "s"), note(Phase::observe, "o1"),
                  note(Phase::observe, "o2"), note(Phase::perform, "p")}));
    server.get("/open/");
    EXPECT_THAT(seen, ElementsAre("o1", "o2", "s", "p", "/p", "/s", "/o2", "/o1"));
    seen.clear();
    server.send(wire("OPTIONS", "/me/"));  // no pool: answered as overloaded, without a step
    EXPECT_TRUE(seen.empty());
    server.add_pool(1, 1);
    EXPECT_EQ(server.send(wire("OPTIONS", "/me/")).status, 204);
    EXPECT_THAT(seen, ElementsAre("o1", "o2", "s", "/s", "/o2", "/o1"));
    seen.clear();
    server.get("/me/");
    // What is refused is not performed.
    EXPECT_THAT(seen, ElementsAre("o1", "o2", "s", "i", "/i", "/s", "/o2", "/o1"));
}

TEST(DispatcherMiddleware, MayAnswerItselfAndChangeAnswers) {
    const RegisteredMiddleware shield{
        Phase::shield, "limit", "test", [](Request& request, const Next& next) -> Result<Response> {
            if (request.header("x-stop"))
                return Error(Errc::too_many_requests, "slow_down", "Wait.")
                    .retry_in(std::chrono::seconds(7));
            return next();
        }};
    const RegisteredMiddleware observe{Phase::observe, "stamp", "test",
                                       [](Request&, const Next& next) {
                                           auto result = next();
                                           if (result) result->headers.emplace_back("X-Stamp", "1");
                                           return result;
                                       }};
    Harness server(table_of({constant(Route::get("/open/"))}, {shield, observe}));
    EXPECT_EQ(field(server.get("/open/"), "X-Stamp"), "1");
    const Response stopped = server.get("/open/", {{"x-stop", "1"}});
    EXPECT_EQ(stopped.status, 429);
    EXPECT_EQ(field(stopped, "Retry-After"), "7");
}

TEST(DispatcherMiddleware, RunsOnTheRoutesItIsFor) {
    const auto stamp = [](std::string name, std::vector<std::string> routes) {
        Middleware call = [name](Request&, const Next& next) {
            auto result = next();
            if (result) result->headers.emplace_back("X-Stamp", name);
            return result;
        };
        return RegisteredMiddleware{Phase::observe, name, "test",
                                    std::move(call).only_for(std::move(routes))};
    };
    Route other = constant(Route::get("/c/{id:id}/"));
    other.plugin = "other";
    Harness server(
        table_of({constant(Route::get("/a/")), constant(Route::post("/a/")),
                  constant(Route::get("/b/")), other},
                 {stamp("all", {}), stamp("a", {"GET /a/"}), stamp("two", {"POST /a", "GET /b/"}),
                  stamp("pattern", {"GET /c/{id:id}"}), stamp("plugin", {"plugin other"})}));
    const auto stamps = [](const Response& response) {
        std::string out;
        for (const auto& [name, value] : response.headers)
            if (name == "X-Stamp") out += value + ' ';
        return out;
    };
    EXPECT_EQ(stamps(server.get("/a/")), "a all ");
    EXPECT_EQ(stamps(server.send(wire("HEAD", "/a/"))), "a all ");
    EXPECT_EQ(stamps(server.send(wire("POST", "/a/"))), "two all ");
    EXPECT_EQ(stamps(server.get("/b/")), "two all ");
    EXPECT_EQ(stamps(server.get("/c/7/")), "plugin pattern all ");
}

TEST(DispatcherFaults, ExceptionsBecome500AndTheServerLivesOn) {
    const Route thrower = Route::get("/throw/").runs_inline().handle(
        [](Request&) -> Result<Response> { throw std::runtime_error("SELECT secret"); });
    const Route odd =
        Route::get("/odd/").runs_inline().handle([](Request&) -> Result<Response> { throw 7; });
    bool saw_error = false;
    const RegisteredMiddleware observe{
        Phase::observe, "o", "test", [&](Request&, const Next& next) {
            auto result = next();
            saw_error = !result && result.error().kind == Errc::internal;
            return result;
        }};
    Harness server(table_of({thrower, odd, constant(Route::get("/fine/"))}, {observe}));
    for (const char* path : {"/throw/", "/odd/"}) {
        const Response response = server.get(path, {{"x-request-id", "r-9"}});
        EXPECT_EQ(response.status, 500);
        EXPECT_EQ(code_of(response), "internal");
        EXPECT_THAT(response.body, Not(HasSubstr("SELECT")));
        EXPECT_TRUE(saw_error);
    }
    EXPECT_TRUE(server.log.contains(
        "request_id=r-9 method=GET route=/throw/ where=handler plugin=test what=SELECT secret"));
    EXPECT_EQ(server.get("/fine/").status, 200);
}

TEST(DispatcherFaults, NextIsCalledOnce) {
    int handled = 0;
    const Route route =
        Route::get("/fine/").runs_inline().handle([&](Request&) -> Result<Response> {
            ++handled;
            return Response(204);
        });
    const RegisteredMiddleware eager{Phase::shield, "retry", "eager",
                                     [](Request&, const Next& next) {
                                         (void)next();
                                         return next();
                                     }};
    Harness server(table_of({route}, {eager}));
    EXPECT_EQ(server.get("/fine/").status, 500);
    EXPECT_EQ(handled, 1);
    EXPECT_TRUE(server.log.contains("where=retry plugin=eager what=next() was called a second"));
}

TEST(DispatcherFaults, ExceptionsOfMiddlewareToo) {
    const RegisteredMiddleware bad{
        Phase::shield, "limiter", "limits",
        [](Request&, const Next&) -> Result<Response> { throw std::runtime_error("boom"); }};
    Harness server(table_of({constant(Route::get("/fine/"))}, {bad}));
    EXPECT_EQ(server.get("/fine/").status, 500);
    EXPECT_TRUE(server.log.contains("where=limiter plugin=limits what=boom"));
}

TEST(DispatcherFaults, ErrorsOfOurOwnAreLoggedWithTheirText) {
    const Route broken =
        Route::get("/broken/").runs_inline().handle([](Request&) -> Result<Response> {
            return Error(Errc::corrupt, "page_damaged", "Page 7 is damaged.")
                .with_subject("SQLITE_CORRUPT");
        });
    const Route strange =
        Route::get("/strange/").runs_inline().handle([](Request&) -> Result<Response> {
            return Response(99);
        });
    Harness server(table_of({broken, strange}));
    const Response response = server.get("/broken/");
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(response.body, Not(HasSubstr("damaged")));
    EXPECT_TRUE(
        server.log.contains("code=page_damaged detail=Page 7 is damaged. subject=SQLITE_CORRUPT"));
    EXPECT_EQ(server.get("/strange/").status, 500);
}

}  // namespace
}  // namespace kitchen::http
