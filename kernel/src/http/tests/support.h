// A server's layers without a socket: an exchange that keeps its answer, and a dispatcher with
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
    void reply(WireResponse response) override {
        std::lock_guard lock(mutex_);
        if (!answer_) answer_ = std::move(response);
        replied_.notify_all();
    }
    bool client_connected() const override { return is_connected; }

    /// Waits for it.
    WireResponse answer() {
        std::unique_lock lock(mutex_);
        if (!replied_.wait_for(lock, std::chrono::seconds(30), [&] { return answer_.has_value(); }))
            throw std::runtime_error("no answer");
        return *answer_;
    }
    bool has_answer() {
        std::lock_guard lock(mutex_);
        return answer_.has_value();
    }

    std::atomic<bool> is_connected{true};

private:
    std::mutex mutex_;
    std::condition_variable replied_;
    std::optional<WireResponse> answer_;
};

inline std::string field(const WireResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
        if (key == name) return value;
    return "";
}
inline std::size_t count_fields(const WireResponse& response, std::string_view name) {
    std::size_t n = 0;
    for (const auto& [key, value] : response.headers) n += key == name;
    return n;
}
inline Json body_of(const WireResponse& response) {
    return parse_json(response.body).value_or(Json());
}
inline std::string code_of(const WireResponse& response) {
    const Json code = body_of(response)["code"];
    return code.is_string() ? code.as_string() : "";
}

inline WireRequest wire(std::string method, std::string target, Fields headers = {},
                        std::string body = "") {
    WireRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers = std::move(headers);
    if (!request.header("host")) request.headers.emplace_back("host", "kitchen.test:8080");
    if (!body.empty()) request.headers.emplace_back("content-length", std::to_string(body.size()));
    request.body = std::move(body);
    request.peer_address = "192.0.2.7";
    return request;
}
inline WireRequest json_wire(std::string method, std::string target, std::string body,
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

/// A dispatcher over a table of routes.
class Harness {
public:
    explicit Harness(ServerTable routes, ServerOptions server_options = {})
        : options(std::move(server_options)),
          table(std::move(routes)),
          router(table.routes, problems),
          pipeline(table.middleware, log),
          dispatcher(options, router, pipeline, log, clock, random) {
        if (!problems.empty()) throw std::logic_error(problems.front());
    }
    /// Blocking routes need one; without it they are answered as overloaded.
    void add_pool(unsigned threads, std::size_t queue) {
        pool = std::make_unique<WorkerPool>(threads, queue);
        dispatcher.use_pool(pool.get());
    }
    /// As a transport would: the head first, then the request unless it was refused.
    std::shared_ptr<FakeExchange> start(WireRequest request) {
        auto exchange = std::make_shared<FakeExchange>();
        WireRequest head = request;
        head.body.clear();
        HeadDecision decision = dispatcher.on_head(head);
        if (decision.refuse)
            exchange->reply(std::move(decision.refusal));
        else if (request.body.size() > decision.body_limit)
            exchange->reply(dispatcher.on_framing_error({413, "body_too_large", "Too large."},
                                                        "192.0.2.7", &request));
        else
            dispatcher.on_request(std::move(request), exchange);
        return exchange;
    }
    WireResponse send(WireRequest request) { return start(std::move(request))->answer(); }
    WireResponse get(std::string target, Fields headers = {}) {
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

/// An inline route that answers with `text` as JSON.
inline Route constant(Route route, std::string text = "{}") {
    route.runs_inline().handle([text = std::move(text)](Request&) -> Result<Response> {
        return Response::json(200, text);
    });
    return route;
}

}  // namespace kitchen::http::test
