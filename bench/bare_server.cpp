// The kernel's HTTP server with the routes of constant_routes.h linked into the program: no
// plugins, no configuration. Logs as the server does. Serves on PORT of 127.0.0.1 until SIGTERM.
//
//     bare_server metrics|no-metrics
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "http/server.h"
#include "observe/log_hub.h"
#include "observe/metrics_registry.h"
#include "observe/system.h"
#include "plugins/constant_routes.h"

int main(int count, char** arguments) {
    using namespace kitchen;
    const char* port = std::getenv("PORT");
    if (count != 2 || !port) {
        std::fprintf(stderr, "usage: PORT=8080 bare_server metrics|no-metrics\n");
        return 2;
    }
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before there are threads

    observe::SystemClock clock;
    observe::SystemRandom random;
    observe::LogHub hub({}, clock);
    const auto log = hub.logger("kernel");
    std::optional<observe::MetricsRegistry> metrics;
    if (arguments[1] == std::string_view("metrics")) metrics.emplace(*log);

    http::ServerOptions options;
    options.transport.port = static_cast<std::uint16_t>(std::atoi(port));
    http::ServerTable table;
    table.routes = constant_routes();
    http::Route ready = http::Route::get("/");
    ready.answers(200, "It serves").handle([](http::Request&) -> Result<http::Response> {
        return http::Response::raw_json(200, "{}");
    });
    table.routes.push_back(std::move(ready));
    http::Server server(std::move(options), std::move(table), *log, clock, random,
                        metrics ? &*metrics : nullptr);
    server.start();
    int signal = 0;
    sigwait(&ends, &signal);
    server.stop();
}
