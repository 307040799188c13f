// Everything between a framed request and its answer, over a fake exchange.
#include "http/dispatcher.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "observe/current_trace.h"
#include "support.h"

namespace kitchen::http {
namespace {

using test::body_of;
using test::code_of;
using test::constant;
using test::field;
using test::Harness;
using test::json_wire;
using test::wire;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Handler answers(std::string text) {
    return [text = std::move(text)](Request&) -> Result<Response> {
        return Response::json(200, text);
    };
}

Response ok(std::string text, int status = 200) { return Response::json(status, std::move(text)); }

/// Gives back what the handler saw.
Result<Response> echo(Request& request) {
    Json json = Json::object({{"method", request.method},
                              {"path", request.path},
                              {"base_url", request.base_url},
                              {"client", request.client_address},
                              {"request_id", request.request_id},
                              {"json", request.json}});
    for (const auto& [name, value] : request.path_parameters) json.set("path." + name, value);
    for (const auto& [name, value] : request.query_parameters) json.set("query." + name, value);
    return Response::json(200, json);
}

ServerTable table_of(std::vector<Route> routes, std::vector<RegisteredMiddleware> middleware = {}) {
    for (Route& route : routes)
        if (route.plugin.empty()) route.plugin = "test";
    return {std::move(routes), std::move(middleware)};
}

Route echo_route() {
    Route route = Route::get("/echo/{name}/{id:id}/").runs_inline().handle(echo);
    route.query({"q", Schema::string(), "", "none"}).query({"n", Schema::integer(), ""});
    return route;
}
Route body_route() {
    return Route::post("/things/")
        .runs_inline()
        .body(Schema::object({{"a", Schema::integer()}, {"b", Schema::string(), optional}}))
        .handle(echo);
}
ServerTable usual() {
    return table_of({echo_route(), body_route(), constant(Route::get("/plain/")),
                     Route::post("/empty/").runs_inline().handle(echo)});
}

TEST(Dispatcher, HandsTheHandlerAParsedRequest) {
    Harness server(usual());
    const WireResponse answer = server.get("/echo/a%20b/7/?n=5", {{"x-request-id", "r-1"}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(body_of(answer), Json::object({{"method", "GET"},
                                             {"path", "/echo/a b/7"},
                                             {"base_url", "http://kitchen.test:8080"},
                                             {"client", "192.0.2.7"},
                                             {"request_id", "r-1"},
                                             {"json", nullptr},
                                             {"path.name", "a b"},
                                             {"path.id", "7"},
                                             {"query.q", "none"},
                                             {"query.n", "5"}}));
    EXPECT_EQ(field(answer, "Content-Type"), "application/json");
    EXPECT_EQ(field(answer, "X-Request-Id"), "r-1");
}

TEST(Dispatcher, TakesLinksFromTheConfiguredUrl) {
    ServerOptions options;
    options.public_url = "https://kitchen.example/";
    Harness server(usual(), options);
    EXPECT_EQ(body_of(server.get("/echo/x/1"))["base_url"], Json("https://kitchen.example"));
}

TEST(Dispatcher, MakesLinksWithoutAHost) {
    Harness server(usual());
    server.dispatcher.use_port(4711);
    WireRequest request = wire("GET", "/echo/x/1");
    request.headers.clear();
    EXPECT_EQ(body_of(server.send(request))["base_url"], Json("http://127.0.0.1:4711"));
}

struct Refused {
    const char* name;
    WireRequest request;
    int status;
    const char* code;
};
void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.name; }

class DispatcherRefuses : public testing::TestWithParam<Refused> {};

TEST_P(DispatcherRefuses, WithAProblem) {
    Harness server(usual());
    const WireResponse answer = server.send(GetParam().request);
    EXPECT_EQ(answer.status, GetParam().status);
    EXPECT_EQ(code_of(answer), GetParam().code);
    EXPECT_EQ(field(answer, "Content-Type"), "application/problem+json");
    EXPECT_EQ(body_of(answer)["request_id"], Json(field(answer, "X-Request-Id")));
    EXPECT_EQ(field(answer, "X-Request-Id").size(), 32u);
    EXPECT_EQ(body_of(answer)["status"], Json(GetParam().status));
    EXPECT_EQ(answer.close,
              answer.status == 413);  // the transport knows no better after a body it did not read
}

INSTANTIATE_TEST_SUITE_P(
    Table, DispatcherRefuses,
    testing::Values(
        Refused{"UnknownPath", wire("GET", "/nothing"), 404, "no_such_path"},
        Refused{"UnknownMethod", wire("BREW", "/plain"), 501, "unknown_method"},
        Refused{"WrongMethod", wire("DELETE", "/plain"), 405, "method_not_allowed"},
        Refused{"BadPath", wire("GET", "/%zz"), 400, "bad_path"},
        Refused{"BadHost", wire("GET", "/plain", {{"host", "a,b"}}), 400, "bad_host"},
        Refused{"HostWithPath", wire("GET", "/plain", {{"host", "a/b"}}), 400, "bad_host"},
        Refused{"EmptyHost", wire("GET", "/plain", {{"host", ""}}), 400, "bad_host"},
        Refused{"NoType", wire("POST", "/things/", {}, "{}"), 415, "unsupported_media_type"},
        Refused{"WrongType", wire("POST", "/things/", {{"content-type", "text/plain"}}, "{}"), 415,
                "unsupported_media_type"},
        Refused{"BadJson", json_wire("POST", "/things/", "{"), 400, "malformed_json"},
        Refused{"BadUtf8", json_wire("POST", "/things/", "\"\xff\""), 400, "malformed_json"},
        Refused{"InvalidBody", json_wire("POST", "/things/", "{}"), 422, "validation_failed"},
        Refused{"NoBody", wire("POST", "/things/"), 422, "validation_failed"},
        Refused{"UnwantedBody", json_wire("POST", "/empty/", "{}"), 422, "validation_failed"},
        Refused{"UnknownQuery", wire("GET", "/plain/?x=1"), 422, "validation_failed"},
        Refused{"BadQuery", wire("GET", "/plain/?x=%zz"), 400, "bad_query"},
        Refused{"TooLarge", json_wire("POST", "/things/", std::string(64 * 1024 + 1, ' ')), 413,
                "body_too_large"}),
    [](const auto& info) { return info.param.name; });

TEST(Dispatcher, ReportsAllFaultsOfQueryAndBodyTogether) {
    Harness server(usual());
    const WireResponse answer =
        server.send(json_wire("POST", "/things/?x=1&y=2", R"({"a":"x","z":1})"));
    std::vector<std::string> faults;
    const Json body = body_of(answer);
    for (const Json& fault : body["errors"].as_array())
        faults.push_back(fault["pointer"].as_string() + ' ' + fault["code"].as_string());
    EXPECT_THAT(faults, ElementsAre("?x unknown_parameter", "?y unknown_parameter", "/a type",
                                    "/z unknown_field"));
}

TEST(Dispatcher, TellsWhatAPathAllows) {
    Harness server(usual());
    EXPECT_EQ(field(server.send(wire("DELETE", "/plain")), "Allow"), "GET, HEAD, OPTIONS");
    const WireResponse options = server.send(wire("OPTIONS", "/plain", {{"x-request-id", "r"}}));
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(field(options, "Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(field(options, "X-Request-Id"), "r");
    EXPECT_EQ(options.body, "");
    const WireResponse all = server.send(wire("OPTIONS", "*"));
    EXPECT_EQ(all.status, 204);
    EXPECT_EQ(field(all, "Allow"), "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    EXPECT_EQ(field(all, "Content-Type"), "");
}

TEST(Dispatcher, DecidesOnTheHead) {
    Route large = body_route();
    large.pattern = "/large/";
    large.body_limit(5'000'000);
    Harness server(table_of({body_route(), large}));
    EXPECT_EQ(server.dispatcher.on_head(json_wire("POST", "/things/", "{}")).body_limit,
              64u * 1024u);
    EXPECT_EQ(server.dispatcher.on_head(json_wire("POST", "/large/", "{}")).body_limit, 5'000'000u);
    EXPECT_FALSE(server.dispatcher.on_head(json_wire("POST", "/things/", "{}")).refuse);
    EXPECT_TRUE(server.dispatcher.on_head(json_wire("POST", "/nothing/", "{}")).refuse);
    EXPECT_TRUE(server.dispatcher.on_head(wire("POST", "/things/", {}, "{}")).refuse);
}

TEST(Dispatcher, AnswersFramingErrorsAsProblems) {
    Harness server(usual());
    const WireResponse answer = server.dispatcher.on_framing_error(
        {431, "headers_too_large", "The header section is too large."}, "192.0.2.7", nullptr);
    EXPECT_EQ(answer.status, 431);
    EXPECT_EQ(code_of(answer), "headers_too_large");
    EXPECT_EQ(field(answer, "X-Request-Id").size(), 32u);
    EXPECT_TRUE(answer.close);
    EXPECT_EQ(field(answer, "Retry-After"), "");
    EXPECT_EQ(field(server.dispatcher.on_framing_error({503, "too_many_connections", "Too many."},
                                                       "192.0.2.7", nullptr),
                    "Retry-After"),
              "1");
}

TEST(Dispatcher, IgnoresARequestIdThatCouldHarm) {
    Harness server(usual());
    for (const char* bad : {"", "a b", "a\"b", "<script>"})
        EXPECT_EQ(field(server.get("/plain", {{"x-request-id", bad}}), "X-Request-Id").size(), 32u);
}

// --- Who may call
// ---------------------------------------------------------------------------------------------------------------

RegisteredMiddleware identify(std::string role) {
    return {Phase::identify, "identify", "auth", [role](Request& request, const Next& next) {
                if (request.header("authorization")) request.principal = Principal{42, role, ""};
                return next();
            }};
}
Route signed_in() { return Route::get("/me/").signed_in().handle(answers("{}")); }
Route for_admins() {
    return Route::get("/admin/").roles({"admin", "kitchen"}).handle(answers("{}"));
}
const Fields credentials{{"authorization", "Basic eDp5"}};

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
        table_of({Route::post("/me/").signed_in().body(Schema::object({})).handle(answers("{}"))}));
    server.add_pool(1, 10);
    const WireResponse answer = server.send(json_wire("POST", "/me/?x=1", "{\"a\":1}"));
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(test::count_fields(answer, "WWW-Authenticate"), 2u);
}

TEST(DispatcherAuthorises, WithoutAPasswordDialogWhereNobodySignsInByBasic) {
    Harness server(
        table_of({Route::post("/verify/").runs_inline().handle([](Request&) -> Result<Response> {
            return Error(Errc::unauthenticated, "otp_wrong", "That is not the code.");
        })}));
    EXPECT_EQ(field(server.send(wire("POST", "/verify/")), "WWW-Authenticate"),
              "Bearer realm=\"Chuks Kitchen\"");
    EXPECT_EQ(
        test::count_fields(server.send(wire("POST", "/verify/", {{"authorization", "Basic eA=="}})),
                           "WWW-Authenticate"),
        2u)
        << "it was asked for";
}

TEST(DispatcherAuthorises, AndKeepsPrivateAnswersOutOfCaches) {
    Route cached = Route::get("/cached/").signed_in().handle([](Request&) -> Result<Response> {
        return ok("{}").with_header("cache-control", "private");
    });
    Harness server(
        table_of({signed_in(), cached, constant(Route::get("/open/"))}, {identify("customer")}));
    server.add_pool(1, 10);
    EXPECT_EQ(field(server.get("/me/", credentials), "Cache-Control"), "no-store");
    const WireResponse kept = server.get("/cached/", credentials);
    EXPECT_EQ(field(kept, "cache-control"), "private");
    EXPECT_EQ(field(kept, "Cache-Control"), "");
    EXPECT_EQ(field(server.get("/open/"), "Cache-Control"), "");
    EXPECT_EQ(test::count_fields(server.get("/me/"), "Cache-Control"), 1u);
}

// --- Middleware
// -----------------------------------------------------------------------------------------------------------------

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
    Harness server(table_of({constant(Route::get("/open/")), signed_in()},
                            {note(Phase::identify, "i"), note(Phase::shield, "s"),
                             note(Phase::observe, "o1"), note(Phase::observe, "o2")}));
    server.get("/open/");
    EXPECT_THAT(seen, ElementsAre("o1", "o2", "s", "/s", "/o2", "/o1"));
    seen.clear();
    server.send(wire("OPTIONS", "/me/"));  // no pool: answered as overloaded, without a step
    EXPECT_TRUE(seen.empty());
    server.add_pool(1, 1);
    EXPECT_EQ(server.send(wire("OPTIONS", "/me/")).status, 204);
    EXPECT_THAT(seen, ElementsAre("o1", "o2", "s", "/s", "/o2", "/o1"));
    seen.clear();
    server.get("/me/");
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
    const WireResponse stopped = server.get("/open/", {{"x-stop", "1"}});
    EXPECT_EQ(stopped.status, 429);
    EXPECT_EQ(field(stopped, "Retry-After"), "7");
}

// --- What goes wrong inside
// -----------------------------------------------------------------------------------------------------

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
        const WireResponse answer = server.get(path, {{"x-request-id", "r-9"}});
        EXPECT_EQ(answer.status, 500);
        EXPECT_EQ(code_of(answer), "internal");
        EXPECT_THAT(answer.body, Not(HasSubstr("SELECT")));
        EXPECT_TRUE(saw_error);
    }
    EXPECT_TRUE(server.log.contains(
        "request_id=r-9 method=GET route=/throw/ where=handler plugin=test what=SELECT secret"));
    EXPECT_EQ(server.get("/fine/").status, 200);
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
    const WireResponse answer = server.get("/broken/");
    EXPECT_EQ(answer.status, 500);
    EXPECT_THAT(answer.body, Not(HasSubstr("damaged")));
    EXPECT_TRUE(
        server.log.contains("code=page_damaged detail=Page 7 is damaged. subject=SQLITE_CORRUPT"));
    EXPECT_EQ(server.get("/strange/").status, 500);
}

// --- Conditional reads and HEAD
// -------------------------------------------------------------------------------------------------

Route tagged() {
    return Route::get("/tagged/").runs_inline().handle([](Request&) -> Result<Response> {
        return ok(R"({"a":1})")
            .with_version(7)
            .with_header("Cache-Control", "max-age=5")
            .with_header("Content-Location", "/t/7");
    });
}

TEST(DispatcherConditional, AnswersNotModified) {
    Harness server(table_of({tagged(), constant(Route::get("/plain/"))}));
    for (const char* tags : {"\"7\"", "W/\"7\"", "\"1\", \"7\"", "*"}) {
        const WireResponse answer = server.get("/tagged/", {{"if-none-match", tags}});
        EXPECT_EQ(answer.status, 304) << tags;
        EXPECT_EQ(answer.body, "");
        EXPECT_EQ(field(answer, "ETag"), "\"7\"");
        EXPECT_EQ(field(answer, "Cache-Control"), "max-age=5");
        EXPECT_EQ(field(answer, "Content-Location"), "/t/7");
        EXPECT_EQ(field(answer, "Content-Type"), "");
        EXPECT_NE(field(answer, "X-Request-Id"), "");
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
    const WireResponse head = server.send(wire("HEAD", "/tagged/"));
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, R"({"a":1})");  // for its length: the transport sends none of it
    EXPECT_EQ(field(head, "ETag"), "\"7\"");
    EXPECT_EQ(body_of(server.send(wire("HEAD", "/echo/x/1")))["method"], Json("HEAD"));
}

// --- Streams
// --------------------------------------------------------------------------------------------------------------------

class FakeStream final : public WireStream {
public:
    bool write(std::string_view bytes) override {
        written += bytes;
        return open;
    }
    void close() override { open = false; }
    bool is_open() const override { return open; }
    void on_close(std::function<void()> callback) override {
        callbacks.push_back(std::move(callback));
    }

    std::string written;
    bool open = true;
    std::vector<std::function<void()>> callbacks;
};

TEST(DispatcherStreams, AreHandedThrough) {
    std::shared_ptr<EventStream> end;
    const Route events =
        Route::get("/events/").runs_inline().handle([&](Request&) -> Result<Response> {
            Response response = Response(200).with_header("Content-Type", "text/event-stream");
            response.stream = [&end](std::shared_ptr<EventStream> stream) {
                end = std::move(stream);
            };
            return response;
        });
    Harness server(table_of({events}));
    const WireResponse answer = server.get("/events/");
    ASSERT_TRUE(answer.stream);
    const auto wire_stream = std::make_shared<FakeStream>();
    answer.stream(wire_stream);
    ASSERT_TRUE(end);
    EXPECT_TRUE(end->write("data: 1\n\n"));
    EXPECT_EQ(wire_stream->written, "data: 1\n\n");
    bool closed = false;
    end->on_close([&] { closed = true; });
    wire_stream->callbacks.at(0)();
    EXPECT_TRUE(closed);
    end->close();
    EXPECT_FALSE(end->is_open());
    EXPECT_FALSE(wire_stream->open);
    EXPECT_FALSE(server.send(wire("HEAD", "/events/")).stream);
}

TEST(DispatcherStreams, CloseWhenOpeningThrows) {
    const Route events =
        Route::get("/events/").runs_inline().handle([](Request&) -> Result<Response> {
            Response response(200);
            response.stream = [](std::shared_ptr<EventStream>) { throw std::runtime_error("no"); };
            return response;
        });
    Harness server(table_of({events}));
    const auto wire_stream = std::make_shared<FakeStream>();
    server.get("/events/").stream(wire_stream);
    EXPECT_FALSE(wire_stream->open);
}

// --- The pool
// -------------------------------------------------------------------------------------------------------------------

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

TEST_F(DispatcherPool, AnswersAtOnceWhenItIsFull) {
    server.add_pool(1, 1);
    const auto blocked = server.start(wire("GET", "/block/"));
    started.wait();
    const auto queued = server.start(wire("GET", "/quick/"));
    const WireResponse refused = server.get("/quick/");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(code_of(refused), "overloaded");
    EXPECT_EQ(field(refused, "Retry-After"), "1");
    EXPECT_EQ(server.get("/inline/").status, 200);
    EXPECT_FALSE(queued->has_answer());
    release.open();
    EXPECT_EQ(blocked->answer().status, 200);
    EXPECT_EQ(queued->answer().status, 200);
    EXPECT_EQ(quick, 1);
}

TEST_F(DispatcherPool, GivesUpWhatWaitedTooLong) {
    server.add_pool(1, 10);
    const auto blocked = server.start(wire("GET", "/block/"));
    started.wait();
    const auto queued = server.start(wire("GET", "/quick/"));
    server.clock.advance(std::chrono::seconds(31));
    release.open();
    const WireResponse late = queued->answer();
    EXPECT_EQ(late.status, 503);
    EXPECT_EQ(field(late, "Retry-After"), "1");
    EXPECT_EQ(blocked->answer().status, 200);
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
    EXPECT_EQ(waiting->answer().status, 200);
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

// --- The log
// --------------------------------------------------------------------------------------------------------------------

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
    server.dispatcher.on_framing_error({400, "bad_header", "No."}, "192.0.2.7", nullptr);
    EXPECT_EQ(server.log.lines().size(), 5u);
    EXPECT_FALSE(server.log.contains("topsecret"));
    EXPECT_FALSE(server.log.contains("TOPSECRET"));
}

TEST(DispatcherLog, SaysWhoSentWhatCouldNotBeFramed) {
    Harness server(usual());
    server.dispatcher.on_framing_error({400, "bad_header", "No."}, "192.0.2.7", nullptr);
    EXPECT_THAT(server.log.lines().at(0), HasSubstr(" method=- route=- status=400 "));
    EXPECT_THAT(server.log.lines().at(0), HasSubstr(" client=192.0.2.7"));
    WireRequest head = json_wire("POST", "/things/", "");
    head.headers.emplace_back("x-request-id", "mine");
    const WireResponse late =
        server.dispatcher.on_framing_error({408, "body_timeout", "Too slow."}, "192.0.2.7", &head);
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

// --- The trace
// ------------------------------------------------------------------------------------------------------------------

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
