#include "host/kernel.h"

#include <malloc.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <thread>

#include "host/operations_routes.h"
#include "host/version.h"
#include "http/transport/tcp_socket.h"
#include "isolate/handover.h"
#include "kitchen/store.h"
#include "kitchen/store_transfer.h"
#include "observe/current_plugin.h"
#include "observe/system.h"

namespace kitchen::host {

namespace {

/// Words the command line keeps for itself.
constexpr std::string_view reserved_commands[] = {"serve",      "check-config", "config-schema",
                                                  "plugins",    "routes",       "migrate",
                                                  "check-data", "store",        "help"};

std::chrono::milliseconds since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 begin);
}

}  // namespace

Kernel::Kernel(KernelOptions options)
    : options_(std::move(options)), begun_(std::chrono::steady_clock::now()) {
    if (!options_.environment) options_.environment = config::process_environment();
    clock_ = options_.clock ? options_.clock : std::make_shared<observe::SystemClock>();
    random_ = std::make_unique<observe::SystemRandom>();
    tracing_.emplace(*random_);
}

Kernel::~Kernel() { stop(); }

void Kernel::load() {
    config::Diagnostics diagnostics(options_.file);
    settings_ = config::read_configuration(options_.text, options_.environment, diagnostics);
    for (config::PluginSettings& plugin : settings_.plugins)
        if (plugin.id == options_.switched_off) plugin.enabled = false;
    if (!options_.listen.empty())
        config::parse_listen(options_.listen, settings_.server.host, settings_.server.port);

    observe::LogOptions logging{settings_.log.format == config::LogFormat::json,
                                settings_.log.level, options_.log_sink};
    if (options_.quiet) logging.level = std::max(logging.level, LogLevel::warn);
    hub_ = std::make_unique<observe::LogHub>(std::move(logging), *clock_);
    log_ = hub_->logger("kernel");
    plugins_ = std::make_unique<PluginSet>(*hub_, *log_, registry_);
    if (options_.configured) options_.configured(settings_, *log_);

    plugins_->load(settings_, plugin_dir(), options_.environment, diagnostics,
                   {options_.isolates, options_.isolated});
    if (!diagnostics.empty())
        throw StartError(diagnostics.has(config::Diagnostics::Kind::config)
                             ? ExitCode::configuration
                             : ExitCode::plugin,
                         diagnostics.lines());
    if (!options_.isolated.empty()) {
        settings_.server.notice = {};  // the server has given it
        return;
    }
    log_->info("starting",
               {{"config", std::filesystem::absolute(options_.file).lexically_normal().string()},
                {"version", kernel_version}});
}

std::filesystem::path Kernel::plugin_dir() const {
    if (!settings_.server.plugin_dir.empty()) return settings_.server.plugin_dir;
    return options_.plugin_dir.empty() ? default_plugin_dir() : options_.plugin_dir;
}

const plugin::Instance& Kernel::construct_beside(const std::string& id) {
    return plugins_->construct_beside(id, settings_, plugin_dir(), options_.environment);
}

void Kernel::construct() {
    jobs_ = std::make_unique<jobs::JobQueues>(*log_);
    registry_.bind(Clock::interface_name, {"", clock_.get()});
    registry_.bind(Random::interface_name, {"", random_.get()});
    registry_.bind(Tracing::interface_name, {"", static_cast<Tracing*>(&*tracing_)});
    registry_.bind(Jobs::interface_name, {"", static_cast<Jobs*>(jobs_.get())});
    registry_.bind(Waits::interface_name, {"", static_cast<Waits*>(&waits_)});
    begin_measuring();
    registry_.bind(Metrics::interface_name, {"", static_cast<Metrics*>(metrics_.get())});
    const auto wrap = [this](std::string_view interface_name, const std::string& plugin,
                             void* service) {
        return instruments_->wrap(interface_name, plugin, service);
    };
    if (!plugins_->construct(wrap)) return begin_again();
    if (ChangeLog* const log = change_log()) instruments_->tell(*log);
    plugins_->check_isolated(options_.file);
    const auto& order = plugins_->order();
    if (options_.isolates && std::any_of(order.begin(), order.end(), [](const auto* instance) {
            return instance->state() == plugin::State::isolated;
        }))
        isolated_.emplace(
            settings_, options_.file, options_.text, *plugins_,
            IsolatedPlugins::Dependencies{*metrics_, *tracing_, waits_, *random_, *log_});
    check_commands();
    build_server();
}

void Kernel::begin_measuring() {
    metrics_ = std::make_unique<observe::MetricsRegistry>(*log_);
    instruments_ = std::make_unique<observe::Instruments>(*metrics_, *clock_, *log_,
                                                          settings_.log.slow_statement);
    samples_ = observe::sample_process(*metrics_);
    metrics_
        ->gauge("kitchen_build_info", "Always 1; the labels say what runs.",
                {{"version", kernel_version},
                 {"api", std::to_string(KITCHEN_API)},
                 {"build", KITCHEN_BUILD}})
        .set(1);
}

void Kernel::measure_jobs() {
    using Stats = jobs::JobPool::Stats;
    jobs_->for_each([&](const std::string& name, const jobs::JobPool& pool) {
        const MetricLabels queue = {{"queue", name.empty() ? "common" : name}};
        const auto read = [&pool](auto member) {
            return [&pool, member] { return static_cast<double>(pool.stats().*member); };
        };
        samples_.push_back(metrics_->sampled_gauge(
            "kitchen_jobs_waiting", "Jobs posted and not begun.", queue, read(&Stats::waiting)));
        samples_.push_back(metrics_->sampled_gauge("kitchen_jobs_running", "Jobs that run now.",
                                                   queue, read(&Stats::running)));
        samples_.push_back(metrics_->sampled_counter(
            "kitchen_jobs_finished_total", "Jobs that ran.", queue, read(&Stats::finished)));
        samples_.push_back(metrics_->sampled_counter(
            "kitchen_jobs_failed_total", "Jobs that threw.", queue, read(&Stats::failed)));
        samples_.push_back(metrics_->sampled_counter(
            "kitchen_jobs_refused_total", "Jobs not taken.", queue, read(&Stats::refused)));
    });
}

void Kernel::check_commands() const {
    std::map<std::string, std::string> owners;
    for (const std::string_view name : reserved_commands) owners.emplace(name, "the kernel");
    std::vector<std::string> lines;
    for (const plugin::Instance* instance : plugins_->order())
        for (const Command& command : instance->declarations().commands)
            if (const auto [first, is_new] =
                    owners.emplace(command.name, "plugin '" + instance->id() + "'");
                !is_new)
                lines.push_back("plugin '" + instance->id() + "' declares the command '" +
                                command.name + "', which " + first->second + " has already");
    if (!lines.empty()) throw StartError(ExitCode::plugin, std::move(lines));
}

http::ServerOptions Kernel::server_options() const {
    const config::ServerSettings& s = settings_.server;
    http::ServerOptions out;
    out.transport.address = s.host;
    out.transport.port = s.port;
    out.transport.workers = s.workers;
    out.transport.max_connections = s.connections;
    out.transport.max_connections_per_address = s.connections_per_address;
    out.transport.head_timeout = s.head_timeout;
    out.transport.body_timeout = s.body_timeout;
    out.transport.idle_timeout = s.idle_timeout;
    out.transport.write_timeout = s.write_timeout;
    out.pool_threads = s.threads;
    out.pool_queue = s.queue;
    out.body_limit = static_cast<std::size_t>(s.body_limit.count);
    out.upload_folder = s.upload_folder;
    out.upload_total = static_cast<std::uint64_t>(s.upload_total.count);
    out.upload_threads = s.upload_threads;
    out.request_timeout = s.request_timeout;
    out.public_url = s.public_url;
    out.trusted_proxies = s.trusted_proxies;
    out.cors = s.cors;
    out.service_version = kernel_version;
    if (options_.isolated.empty()) return out;
    out.is_inner = true;
    out.cors = {};
    out.transport.listening_fd = options_.listening_fd;
    return out;
}

std::vector<HealthCheck> Kernel::health_checks() const {
    std::vector<HealthCheck> checks;
    for (const plugin::Instance* instance : plugins_->order())
        for (const plugin::DeclaredCheck& check : instance->declarations().checks)
            checks.push_back({instance->id(), check.name, check.required, check.check});
    for (const observe::Instruments::Check& check : instruments_->checks())
        checks.push_back({check.plugin, check.name, false, check.last});
    for (const PluginSet::Skipped& gone : plugins_->skipped())
        checks.push_back({gone.id, gone.id, false, [] {
                              return Status(Error(Errc::unavailable, "left_out",
                                                  "Left out at the start. See the log."));
                          }});
    if (isolated_) isolated_->add_checks(checks);
    return checks;
}

void Kernel::add_to(http::ServerTable& table) const {
    if (!options_.isolated.empty()) {
        const auto& routes = plugins_->find(options_.isolated)->declarations().routes;
        table.routes.insert(table.routes.end(), routes.begin(), routes.end());
        table.middleware = isolate::take_handover();
        return;
    }
    std::vector<http::Route> forwarded;
    if (isolated_) forwarded = isolated_->routes();
    for (const plugin::Instance* instance : plugins_->order()) {
        for (const http::Route& route : forwarded) {
            if (route.plugin != instance->id()) continue;
            table.routes.push_back(route);
            table.forwarded.insert(route.plugin);
        }
        const plugin::Declarations& declared = instance->declarations();
        table.routes.insert(table.routes.end(), declared.routes.begin(), declared.routes.end());
        for (const plugin::DeclaredMiddleware& m : declared.middleware)
            table.middleware.push_back({m.phase, m.name, instance->id(), m.call});
    }
}

void Kernel::build_server() {
    server_.reset();
    health_ = std::make_unique<Health>(health_checks(), *clock_, *log_);

    http::ServerOptions options = server_options();
    options.plugin_summaries["kernel"] = "What the server says about itself.";
    for (const plugin::Instance* instance : plugins_->order())
        options.plugin_summaries[instance->id()] = instance->manifest().summary();

    http::ServerTable table;
    table.routes = operations_routes(
        {*health_, *plugins_, [this] { return phase_name(); }, [this] { return store(); }});
    if (auto route = metrics_route(*metrics_, settings_.server.metrics))
        table.routes.push_back(*std::move(route));
    add_to(table);
    if (ChangeLog* const log = change_log())
        for (const http::Route& route : table.routes) {
            const observe::CurrentPlugin current(route.plugin, route.pattern);
            log->learn(route);
        }
    try {
        server_ = std::make_unique<http::Server>(std::move(options), std::move(table), *log_,
                                                 *clock_, *random_, metrics_.get());
    } catch (const std::exception& e) {
        throw StartError(ExitCode::plugin, e.what());
    }
}

ChangeLog* Kernel::change_log() const {
    return static_cast<ChangeLog*>(registry_.find(ChangeLog::interface_name));
}

Store* Kernel::store() const { return static_cast<Store*>(registry_.find(Store::interface_name)); }

Status Kernel::migrate_one(plugin::Instance& instance) {
    const auto& migrations = instance.declarations().migrations;
    if (migrations.empty()) return {};
    Store* const target = store();
    if (!target)
        return Error(
            Errc::precondition_failed, "no_store",
            "plugin '" + instance.id() +
                "' has migrations, but no store is bound: list a plugin that provides store/1");
    if (!lease_) {
        std::string knows;
        for (const plugin::Instance* each : plugins_->order())
            if (each->state() != plugin::State::isolated)  // its own process says what it knows
                knows +=
                    each->id() + ':' + std::to_string(each->declarations().migrations.size()) + ' ';
        lease_.emplace(*target, *clock_, *log_, random_->hex(16), knows);
        if (Status taken = lease_->take(); !taken) {
            lease_.reset();
            return taken;
        }
    }
    auto applied = migrate::Migrator(*target, *clock_).apply(instance.id(), migrations);
    if (!applied) return std::move(applied).error();
    for (const migrate::Step& step : *applied)
        log_->info("migration applied", {{"id", step.plugin}, {"migration", step.name}});
    return {};
}

/// Everything constructed may hold references to what is left out, and construction has no effects:
/// so all of it is done anew.
void Kernel::begin_again() {
    server_.reset();
    health_.reset();
    isolated_.reset();
    jobs_->stop();
    lease_.reset();
    plugins_->stop();
    plugins_->destroy();
    samples_.clear();
    registry_ = plugin::Registry{};
    plugins_->leave_out_failed();
    construct();
}

void Kernel::start_store() {
    const std::string provider = plugins_->provider_of(std::string(Store::interface_name));
    if (provider.empty())
        throw StartError(ExitCode::plugin,
                         "no store is bound: list a plugin that provides store/1");
    start_plugins({provider}, false);
}

void Kernel::start_plugins(const std::vector<std::string>& only, bool migrate) {
    PluginSet::StartHooks hooks;
    if (migrate)
        hooks.before_start = [this](plugin::Instance& instance) { return migrate_one(instance); };
    hooks.cancelled = options_.cancelled;
    while (!plugins_->start(only, hooks)) begin_again();

    // A command starts some plugins only, and the tables of the others may not be there.
    if (!only.empty() || !migrate) return;
    const plugin::Instance* provider =
        plugins_->find(plugins_->provider_of(std::string(Store::interface_name)));
    if (!provider || provider->state() != plugin::State::started) return;
    if (Status verified = store()->verify(); !verified)
        throw StartError(
            ExitCode::start_up,
            verified.error().detail +
                (verified.error().subject.empty() ? "" : " (" + verified.error().subject + ")"));
    open_turns();
}

void Kernel::open_turns() {
    const auto& order = plugins_->order();
    const bool any = std::any_of(order.begin(), order.end(), [](const plugin::Instance* instance) {
        const auto& periodics = instance->declarations().periodics;
        return std::any_of(periodics.begin(), periodics.end(),
                           [](const auto& job) { return job.options.once_per_cluster; });
    });
    if (!any) return;
    if (auto made = migrate::Migrator(*store(), *clock_).apply("kernel", {}); !made)
        throw StartError(ExitCode::start_up, made.error().detail);
    turns_.emplace(*store(), *clock_, *log_, random_->hex(16));
}

void Kernel::begin_periodics() {
    for (const plugin::Instance* instance : plugins_->order()) {
        const observe::CurrentPlugin current(instance->manifest().id(), "jobs");
        for (const plugin::DeclaredPeriodic& job : instance->declarations().periodics) {
            const std::string name = instance->id() + '/' + job.name;
            std::function<void()> work = job.work;
            if (job.options.once_per_cluster && turns_)
                work = [this, name, &job] { turns_->run(name, job.interval, job.work); };
            jobs_->add_periodic(job.options.queue, name, job.interval, std::move(work));
        }
    }
    if (turns_) turns_->keep_renewing();
    measure_jobs();
}

void Kernel::probe() const {
    std::vector<std::string> lines;
    try {
        (void)http::listen_on(settings_.server.host, settings_.server.port);
    } catch (const std::exception& e) {
        lines.emplace_back(e.what());
    }
    if (auto* const store = static_cast<StoreTransfer*>(service(StoreTransfer::interface_name)))
        if (Status reached = store->reach(); !reached) lines.push_back(reached.error().detail);
    if (!lines.empty()) throw StartError(ExitCode::start_up, std::move(lines));
}

void Kernel::answer_meanwhile() {
    try {  // an address that is taken is told before the first effect
        (void)http::listen_on(settings_.server.host, settings_.server.port);
    } catch (const std::exception& e) {
        throw StartError(ExitCode::start_up, e.what());
    }
    meanwhile_.emplace(
        server_options(), settings_.server.start_patience, [this] { return plugins_->busy(); },
        *log_, *clock_, *random_);
}

bool Kernel::log_failure(const StartError& error) noexcept {
    if (!hub_ || settings_.log.format != config::LogFormat::json) return false;
    try {
        const auto log = hub_->logger(error.plugin());
        if (!log->enabled(LogLevel::error)) return false;
        for (const std::string& line : error.lines())
            log->error("the server cannot go on",
                       {{"reason", line}, {"exit_code", static_cast<int>(error.code())}});
        return true;
    } catch (...) {
        return false;  // out of memory: the terminal may still take it
    }
}

void Kernel::listen() {
    if (isolated_) isolated_->start();
    meanwhile_.reset();
    if (options_.cancelled && options_.cancelled())
        throw StartError(ExitCode::start_up, "interrupted by a signal during start-up");
    try {
        server_->start();
    } catch (const std::exception& e) {
        throw StartError(ExitCode::start_up, e.what());
    }
    listening_ = true;
    begin_periodics();
    phase_ = Phase::ready;
    ::malloc_trim(0);  // what starting has needed: 0.8 of an idle server's 18 MB
    if (!options_.isolated.empty()) return;
    std::string names;
    for (const plugin::Instance* instance : plugins_->order())
        names += (names.empty() ? "" : ",") + instance->id();
    log_->info("serving", {{"url", url()},
                           {"plugins", names},
                           {"version", kernel_version},
                           {"startup_ms", since(begun_).count()}});
}

void Kernel::start() {
    load();
    construct();
    start_plugins();
    listen();
}

bool Kernel::stop() {
    if (stopped_) return true;
    stopped_ = true;
    bool clean = true;
    meanwhile_.reset();
    auto begin = std::chrono::steady_clock::now();
    const auto left = [&] {
        return std::max(settings_.server.drain_timeout - since(begin),
                        std::chrono::milliseconds(0));
    };
    if (jobs_) jobs_->pause_periodic();
    if (listening_) {
        server_->begin_drain();  // first: a client that is told to leave is not kept
        phase_ = Phase::draining;
        if (options_.isolated.empty())
            log_->info("draining", {{"deadline_ms", settings_.server.drain_timeout.count()}});
        // New connections are served all the while: a balancer that looks at /readyz has this long
        // to notice.
        std::this_thread::sleep_for(settings_.server.notice);
        begin = std::chrono::steady_clock::now();
        plugins_->drain();  // plugins end their streams, or those would hold up the next line until
                            // its deadline
        if (!server_->finish_drain(left())) {
            clean = false;
            log_->warn("requests cut off at the deadline",
                       {{"in_flight", server_->stats().in_flight}});
        }
        server_->stop();
    }
    if (isolated_) isolated_->stop(left);
    phase_ = Phase::stopped;
    if (jobs_) {
        if (!jobs_->drain(left())) clean = false;
        jobs_->stop();
        turns_.reset();
    }
    lease_.reset();  // nothing runs any more, and the store still does
    if (plugins_ && !plugins_->stop()) clean = false;
    // Handlers hold closures of the plugins: they go before them.
    server_.reset();
    health_.reset();
    isolated_.reset();
    plugins_.reset();
    registry_ = plugin::Registry{};
    if (listening_ && options_.isolated.empty())
        log_->info("stopped", {{"ms", since(begin).count()}, {"clean", clean}});
    return clean;
}

std::string_view Kernel::phase_name() const noexcept {
    switch (phase_.load()) {
        case Phase::starting: return "starting";
        case Phase::ready: return "ready";
        case Phase::draining:
        case Phase::stopped: return "draining";
    }
    return "draining";
}

std::string Kernel::url() const {
    const std::string& host = settings_.server.host;
    const std::string shown = host.find(':') == std::string::npos ? host : '[' + host + ']';
    return "http://" + shown + ':' + std::to_string(server_->port());
}

}  // namespace kitchen::host
