#include "host/starting_server.h"

#include <chrono>
#include <utility>

#include "kitchen/json.h"

namespace kitchen::host {

namespace {

using http::Request;
using http::Response;
using http::Route;

constexpr std::chrono::milliseconds look{200};

Response unready(std::string_view path, const std::string& plugin) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    if (path.starts_with("/health"))
        json.member("status", "down")
            .key("checks")
            .begin_object()
            .key(plugin)
            .begin_object()
            .member("status", "down")
            .member("required", true)
            .member("detail", "Its start is not over.")
            .end_object()
            .end_object();
    else
        json.member("status", "starting").member("waiting_for", plugin);
    json.end_object();
    return Response::raw_json(503, std::move(out))
        .with_header("Cache-Control", "no-store")
        .with_header("Retry-After", "2");
}

}  // namespace

StartingServer::StartingServer(http::ServerOptions options, std::chrono::milliseconds patience,
                               std::function<std::string()> waits_for, Logger& log,
                               const Clock& clock, Random& random)
    : options_(std::move(options)),
      patience_(patience),
      waits_for_(std::move(waits_for)),
      log_(log),
      clock_(clock),
      random_(random) {
    options_.pool_threads = 2;
    if (options_.transport.port != 0) thread_ = std::thread([this] { watch(); });
}

StartingServer::~StartingServer() {
    {
        const std::lock_guard lock(mutex_);
        finished_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    if (server_) server_->stop();
}

void StartingServer::watch() {
    std::string last;
    auto since = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, look, [this] { return finished_; })) {
        const auto now = std::chrono::steady_clock::now();
        if (std::string plugin = waits_for_(); plugin.empty() || plugin != last) {
            last = std::move(plugin);
            since = now;
        } else if (now - since >= patience_) {
            return open();
        }
    }
}

void StartingServer::open() {
    try {
        server_ = std::make_unique<http::Server>(options_, table(), log_, clock_, random_);
        server_->start();
        log_.info("starting takes long: /livez answers, all else is 503 until it is over",
                  {{"waiting_for", waits_for_()}});
    } catch (const std::exception& e) {
        log_.warn("nothing can answer while the server starts", {{"reason", e.what()}});
        server_.reset();
    }
}

http::ServerTable StartingServer::table() const {
    http::ServerTable table;
    const auto add = [&](Route route) {
        route.plugin = "kernel";
        table.routes.push_back(std::move(route));
    };
    const auto refuse = [](Request&) -> Result<Response> {
        return Error(Errc::unavailable, "starting",
                     "The server is starting. Try again in a moment.")
            .retry_in(std::chrono::seconds(2));
    };
    for (const char* path : {"/readyz", "/health/"})
        add(Route::get(path).summary("Not yet").handle(
            [this, path](Request&) -> Result<Response> { return unready(path, waits_for_()); }));
    add(Route::get("/livez")
            .summary("Is the process alive?")
            .handle([](Request&) -> Result<Response> {
                return Response::raw_json(200, R"({"status":"ok"})");
            }));
    for (const auto make : {&Route::get, &Route::post, &Route::put, &Route::patch, &Route::del})
        for (const char* path : {"/", "/{path*}"})
            add(make(path).summary("Not yet").handle(refuse));
    // Before bodies and parameters are looked at, and in the place of the documents of this table.
    table.middleware.push_back({http::Phase::shield, "starting", "kernel",
                                [refuse](Request& request, const http::Next& next) {
                                    const std::string& asked = request.route->pattern;
                                    const bool answers = asked == "/livez" || asked == "/readyz" ||
                                                         asked == "/health/";
                                    return answers ? next() : refuse(request);
                                }});
    return table;
}

}  // namespace kitchen::host
