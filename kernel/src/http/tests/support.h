// A server's layers without a socket: an exchange that keeps its response, and a dispatcher with
// everything around it.
//
// Thread-safety: FakeExchange as Exchange; the rest on one thread.
#pragma once

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "http/dispatcher.h"
#include "kitchen/testkit/fakes.h"

namespace kitchen::http::test {

class FakeExchange final : public Exchange {
public:
    void reply(Response response) override {
        std::lock_guard lock(mutex_);
        if (!response_) response_ = std::move(response);
        replied_.notify_all();
    }
    bool client_connected() const override { return is_connected; }

    /// Waits for it.
    Response response() {
        std::unique_lock lock(mutex_);
        if (!replied_.wait_for(lock, std::chrono::seconds(30),
                               [&] { return response_.has_value(); }))
            throw std::runtime_error("no response");
        return *response_;
    }
    bool has_response() {
        std::lock_guard lock(mutex_);
        return response_.has_value();
    }

    std::atomic<bool> is_connected{true};

private:
    std::mutex mutex_;
    std::condition_variable replied_;
    std::optional<Response> response_;
};

inline std::string field(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
        if (key == name) return value;
    return "";
}
inline std::size_t count_fields(const Response& response, std::string_view name) {
    std::size_t n = 0;
    for (const auto& [key, value] : response.headers) n += key == name;
    return n;
}
inline Json body_of(const Response& response) { return parse_json(response.body).value_or(Json()); }
inline std::string code_of(const Response& response) {
    const Json code = body_of(response)["code"];
    return code.is_string() ? code.as_string() : "";
}

inline Request wire(std::string method, std::string target, Fields headers = {},
                    std::string body = "") {
    Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers = std::move(headers);
    if (!request.header("host")) request.headers.emplace_back("host", "kitchen.test:8080");
    if (!body.empty()) request.headers.emplace_back("content-length", std::to_string(body.size()));
    request.body = std::move(body);
    request.peer_address = "192.0.2.7";
    return request;
}
inline Request json_wire(std::string method, std::string target, std::string body,
                         Fields headers = {}) {
    headers.emplace_back("content-type", "application/json");
    return wire(std::move(method), std::move(target), std::move(headers), std::move(body));
}

/// Lets threads wait until the test says go.
class Gate {
public:
    void open() { promise_.set_value(); }
    void wait() const { opened_.wait(); }

private:
    std::promise<void> promise_;
    std::shared_future<void> opened_ = promise_.get_future().share();
};

inline ServerOptions& with_exposed_fields(ServerOptions& options, const ServerTable& table) {
    options.cors.exposed = exposed_fields(table);
    return options;
}

/// A dispatcher over a table of routes.
class Harness {
public:
    explicit Harness(ServerTable routes, ServerOptions server_options = {})
        : options(std::move(server_options)),
          table(std::move(routes)),
          router(table.routes, problems),
          pipeline(table, log, problems),
          dispatcher(with_exposed_fields(options, table), router, pipeline, log, clock, random) {
        if (!problems.empty()) throw std::logic_error(problems.front());
    }
    /// Blocking routes need one; without it the response is 503.
    void add_pool(unsigned threads, std::size_t queue) {
        pool = std::make_unique<WorkerPool>(threads, queue);
        dispatcher.use_pool(pool.get());
    }
    /// As a transport would: the head first, then the request unless it was refused.
    std::shared_ptr<FakeExchange> start(Request given) {
        auto exchange = std::make_shared<FakeExchange>();
        auto request = std::make_unique<Request>(std::move(given));
        const std::string body = std::exchange(request->body, "");
        auto decision = dispatcher.on_head(*request);
        request->body = body;
        if (decision->refusal)
            exchange->reply(*std::move(decision->refusal));
        else if (body.size() > decision->body_limit)
            exchange->reply(dispatcher.on_framing_error(
                {413, "body_too_large", "Too large."}, "192.0.2.7", request.get(), decision.get()));
        else
            dispatcher.on_request(std::move(request), std::move(decision), exchange);
        return exchange;
    }
    Response send(Request request) { return start(std::move(request))->response(); }
    /// What on_head() says, and nothing more.
    std::unique_ptr<HeadDecision> decide(Request request) { return dispatcher.on_head(request); }
    Response get(std::string target, Fields headers = {}) {
        return send(wire("GET", std::move(target), std::move(headers)));
    }

    ServerOptions options;
    ServerTable table;
    std::vector<std::string> problems;
    testkit::RecordingLogger log;
    testkit::ManualClock clock;
    testkit::SeededRandom random;
    Router router;
    Pipeline pipeline;
    Dispatcher dispatcher;
    std::unique_ptr<WorkerPool> pool;
};

/// An inline route whose response is `text`, which is JSON.
inline Route constant(Route route, std::string text = "{}") {
    route.runs_inline().handle([text = std::move(text)](Request&) -> Result<Response> {
        return Response::raw_json(200, text);
    });
    return route;
}

/// A handler whose response is `text`, which is JSON.
inline Handler gives(std::string text) {
    return [text = std::move(text)](Request&) -> Result<Response> {
        return Response::raw_json(200, text);
    };
}

inline Response ok(std::string text, int status = 200) {
    return Response::raw_json(status, std::move(text));
}

/// Gives back what the handler saw.
inline Result<Response> echo(Request& request) {
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

inline ServerTable table_of(std::vector<Route> routes,
                            std::vector<RegisteredMiddleware> middleware = {}) {
    for (Route& route : routes)
        if (route.plugin.empty()) route.plugin = "test";
    return {std::move(routes), std::move(middleware)};
}

inline Route echo_route() {
    Route route = Route::get("/echo/{name}/{id:id}/").runs_inline().handle(echo);
    route.query({"q", Schema::string(), "", "none"}).query({"n", Schema::integer(), ""});
    return route;
}
inline Route body_route() {
    return Route::post("/things/")
        .runs_inline()
        .body(Schema::object({{"a", Schema::integer()}, {"b", Schema::string(), optional}}))
        .handle(echo);
}
inline ServerTable usual() {
    return table_of({echo_route(), body_route(), constant(Route::get("/plain/")),
                     Route::post("/empty/").runs_inline().handle(echo)});
}

/// A client with credentials is user 42; wrong ones are refused.
inline RegisteredMiddleware identify(std::string role) {
    return {Phase::identify, "identify", "auth", [role](Request& request, const Next& next) {
                const std::string* sent = request.header("Authorization");
                if (sent && *sent == "wrong")
                    return Result<Response>(Error(Errc::unauthenticated, "wrong", "Wrong."));
                if (sent) request.principal = Principal{42, role, "", role == "admin"};
                return next();
            }};
}
inline Route signed_in() { return Route::get("/me/").signed_in().handle(gives("{}")); }
inline Route for_admins() {
    return Route::get("/admin/").roles({"admin", "kitchen"}).handle(gives("{}"));
}
inline const Fields credentials{{"authorization", "Basic eDp5"}};

}  // namespace kitchen::http::test
