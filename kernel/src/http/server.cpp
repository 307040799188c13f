#include "server.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "dispatcher.h"
#include "kitchen/cores.h"
#include "openapi/openapi.h"
#include "pipeline.h"
#include "request_metrics.h"
#include "routing/router.h"
#include "uploads/temporary_folder.h"
#include "transport/worker_pool.h"

namespace kitchen::http {
namespace {

[[noreturn]] void refuse(const std::vector<std::string>& problems) {
    std::string text = "the HTTP routes do not fit together:";
    for (const std::string& problem : problems) text += "\n  " + problem;
    throw std::runtime_error(text);
}

// Handlers wait more than they work: for a disk, another server, a password's turn to be hashed.
// With few threads, a handful of people who sign in would keep all others from the menu.
unsigned pool_size(unsigned wanted) {
    return wanted != 0 ? wanted : std::max(16u, 4 * usable_cores());
}

ServerTable with_documentation(ServerTable table, const Documentation& documentation) {
    for (Route& route : documentation.routes()) table.routes.push_back(std::move(route));
    return table;
}

ServerOptions with_exposed_fields(ServerOptions options, const ServerTable& table) {
    options.cors.exposed = exposed_fields(table);
    return options;
}

}  // namespace

struct Server::Impl {
    Documentation documentation;
    ServerTable table;
    ServerOptions options;
    std::vector<std::string> problems;
    Router router;
    Pipeline pipeline;
    Dispatcher dispatcher;
    Metrics* const metrics;
    std::optional<RequestMetrics> request_metrics;
    std::unique_ptr<WorkerPool> pool;
    std::optional<TemporaryFolder> upload_folder;  ///< with the next, when a route takes files
    std::unique_ptr<WorkerPool> upload_pool;
    std::unique_ptr<Transport> transport;
    std::vector<std::shared_ptr<void>> samples;  ///< of pool and transport

    Impl(ServerOptions given, ServerTable routes, Logger& log, const Clock& clock, Random& random,
         Metrics* measure)
        : table(with_documentation(std::move(routes), documentation)),
          options(with_exposed_fields(std::move(given), table)),
          router(table.routes, problems),
          pipeline(table, log, problems),
          dispatcher(options, router, pipeline, log, clock, random),
          metrics(measure) {
        check_routes(table, problems);
        const Json openapi =
            build_openapi(table.routes,
                          {options.service_name, options.service_version, options.public_url,
                           sign_in_schemes(table), options.plugin_summaries},
                          problems);
        if (!problems.empty()) refuse(problems);
        documentation.publish(openapi);
        if (metrics) dispatcher.use_metrics(&request_metrics.emplace(*metrics, table.routes));
    }
    ~Impl() { stop(); }

    /// The transport first, so that nothing new comes; then the pool, whose last responses go
    /// nowhere.
    void stop() {
        if (transport) transport->stop();
        if (pool) pool->stop();
        if (upload_pool) upload_pool->stop();
    }

    void prepare_uploads() {
        if (std::none_of(table.routes.begin(), table.routes.end(),
                         [](const Route& route) { return route.upload.has_value(); }))
            return;
        upload_folder.emplace(options.upload_folder, options.upload_total);
        pipeline.use_uploads({*upload_folder, options.body_limit});
        upload_pool = std::make_unique<WorkerPool>(options.upload_threads, options.pool_queue,
                                                   options.upload_threads);
        dispatcher.use_upload_pool(upload_pool.get());
    }

    /// What is counted anyway, read at each scrape.
    void sample() {
        const auto gauge = [this](const char* name, const char* help, auto read) {
            samples.push_back(metrics->sampled_gauge(
                name, help, {}, [read] { return static_cast<double>(read()); }));
        };
        const auto counter = [this](const char* name, const char* help, auto read) {
            samples.push_back(metrics->sampled_counter(
                name, help, {}, [read] { return static_cast<double>(read()); }));
        };
        const Transport& t = *transport;
        gauge("kitchen_http_connections", "Open connections.",
              [&t] { return t.stats().connections; });
        counter("kitchen_http_connections_accepted_total", "Connections let in.",
                [&t] { return t.stats().accepted; });
        counter("kitchen_http_connections_refused_total",
                "Connections turned away: past a limit, or out of descriptors.",
                [&t] { return t.stats().refused; });
        gauge("kitchen_http_requests_in_flight",
              "Requests not fully answered yet, open streams too.",
              [&t] { return t.stats().in_flight; });
        counter("kitchen_http_received_bytes_total", "Bytes read from clients.",
                [&t] { return t.stats().bytes_received; });
        counter("kitchen_http_sent_bytes_total", "Bytes written to clients.",
                [&t] { return t.stats().bytes_sent; });
        const WorkerPool& p = *pool;
        gauge("kitchen_http_pool_threads", "Threads that answer requests.",
              [&p] { return p.stats().threads; });
        gauge("kitchen_http_pool_busy_threads", "Those that answer one now.",
              [&p] { return p.stats().busy; });
        gauge("kitchen_http_pool_waiting_requests", "Requests waiting for such a thread.",
              [&p] { return p.stats().waiting; });
        counter("kitchen_http_pool_refused_total", "Requests answered 503 because too many waited.",
                [&p] { return p.stats().refused; });
    }
};

Server::Server(ServerOptions options, ServerTable table, Logger& log, const Clock& clock,
               Random& random, Metrics* metrics)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(table), log, clock, random,
                                   metrics)) {}

Server::~Server() = default;

void Server::start() {
    impl_->pool = std::make_unique<WorkerPool>(pool_size(impl_->options.pool_threads),
                                               impl_->options.pool_queue);
    impl_->dispatcher.use_pool(impl_->pool.get());
    impl_->prepare_uploads();
    TransportOptions transport = impl_->options.transport;
    if (!impl_->options.is_inner)
        transport.default_fields = security_fields(impl_->options.public_url);
    transport.is_uncapped = [&shield = impl_->dispatcher.shield()](std::string_view peer) {
        return shield.is_proxy(peer);
    };
    impl_->transport =
        make_pistache_transport(std::move(transport), impl_->dispatcher, *impl_->pool);
    impl_->transport->start();
    impl_->dispatcher.use_port(impl_->transport->port());
    if (impl_->metrics) impl_->sample();
}

std::uint16_t Server::port() const { return impl_->transport ? impl_->transport->port() : 0; }

void Server::begin_drain() {
    if (impl_->transport) impl_->transport->begin_drain();
}

bool Server::finish_drain(std::chrono::milliseconds deadline) {
    return !impl_->transport || impl_->transport->finish_drain(deadline);
}

void Server::stop() { impl_->stop(); }

TransportStats Server::stats() const {
    return impl_->transport ? impl_->transport->stats() : TransportStats{};
}

const std::vector<Route>& Server::routes() const { return impl_->table.routes; }

}  // namespace kitchen::http
