#include "server.h"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

#include "dispatcher.h"
#include "openapi/document.h"
#include "openapi/documentation_routes.h"
#include "pipeline.h"
#include "routing/query.h"
#include "routing/router.h"
#include "worker_pool.h"

namespace kitchen::http {
namespace {

void check_route(const Route& route, std::vector<std::string>& problems) {
    const auto add = [&](const std::string& what) {
        problems.push_back(route.method + " " + route.pattern + " (plugin " + route.plugin + ") " + what);
    };
    if (!route.handler) add("has no handler");
    if (route.is_inline && route.access != Access::anyone) add("runs inline and needs a principal, which takes a store or a cache to find out");
    if (route.access == Access::roles && route.allowed_roles.empty()) add("is for no role at all");
    if (route.body_optional && !route.body_schema) add("has an optional body without a schema");
    if (route.body_schema && route.method == "GET") add("takes a body, which GET does not have");
    check_query_parameters(route, problems);
}

[[noreturn]] void refuse(const std::vector<std::string>& problems) {
    std::string text = "the HTTP routes do not fit together:";
    for (const std::string& problem : problems) text += "\n  " + problem;
    throw std::runtime_error(text);
}

unsigned pool_size(unsigned wanted) { return wanted != 0 ? wanted : std::max(4u, 2 * std::thread::hardware_concurrency()); }

ServerTable with_documentation(ServerTable table, const Documentation& documentation) {
    for (Route& route : documentation.routes()) table.routes.push_back(std::move(route));
    return table;
}

}  // namespace

struct Server::Impl {
    ServerOptions options;
    Documentation documentation;
    ServerTable table;
    std::vector<std::string> problems;
    Router router;
    Pipeline pipeline;
    Dispatcher dispatcher;
    std::unique_ptr<WorkerPool> pool;
    std::unique_ptr<Transport> transport;

    Impl(ServerOptions given, ServerTable routes, Logger& log, const Clock& clock, Random& random)
        : options(std::move(given)), table(with_documentation(std::move(routes), documentation)), router(table.routes, problems),
          pipeline(table.middleware, log), dispatcher(options, router, pipeline, log, clock, random) {
        for (const Route& route : table.routes) check_route(route, problems);
        const Json openapi = build_openapi(table.routes, {options.service_name, options.service_version, options.public_url}, problems);
        if (!problems.empty()) refuse(problems);
        documentation.publish(openapi);
    }
    ~Impl() { stop(); }

    /// The transport first, so that nothing new comes; then the pool, whose last answers go nowhere.
    void stop() {
        if (transport) transport->stop();
        if (pool) pool->stop();
    }
};

Server::Server(ServerOptions options, ServerTable table, Logger& log, const Clock& clock, Random& random)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(table), log, clock, random)) {}

Server::~Server() = default;

void Server::start() {
    impl_->pool = std::make_unique<WorkerPool>(pool_size(impl_->options.pool_threads), impl_->options.pool_queue);
    impl_->dispatcher.use_pool(impl_->pool.get());
    TransportOptions transport = impl_->options.transport;
    transport.default_fields = security_fields(impl_->options.public_url);
    transport.is_uncapped = [&perimeter = impl_->dispatcher.perimeter()](std::string_view peer) { return perimeter.is_proxy(peer); };
    impl_->transport = make_pistache_transport(std::move(transport), impl_->dispatcher);
    impl_->transport->start();
    impl_->dispatcher.use_port(impl_->transport->port());
}

std::uint16_t Server::port() const { return impl_->transport ? impl_->transport->port() : 0; }

void Server::begin_drain() {
    if (impl_->transport) impl_->transport->begin_drain();
}

bool Server::finish_drain(std::chrono::milliseconds deadline) {
    return !impl_->transport || impl_->transport->finish_drain(deadline);
}

void Server::stop() { impl_->stop(); }

TransportStats Server::stats() const { return impl_->transport ? impl_->transport->stats() : TransportStats{}; }

const std::vector<Route>& Server::routes() const { return impl_->table.routes; }

}  // namespace kitchen::http
