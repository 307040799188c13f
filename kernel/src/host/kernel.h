// A whole kernel: configuration, plugins, jobs, health and the HTTP server, brought up and taken
// down in order.
//
//     Kernel kernel(options);
//     kernel.start();          // load → construct → migrate and start each plugin → verify →
//     listen … kernel.stop();           // drain → stop → destroy, in reverse
//
// A command that serves nothing calls only the steps it needs. Whatever step throws, the destructor
// takes down what is up. Many kernels can live in one process: there are no globals.
//
// Thread-safety: the steps on one thread; is_ready(), port() and service() from any once start()
// has returned.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.h"
#include "host/exit_code.h"
#include "host/health.h"
#include "host/isolated_plugins.h"
#include "host/plugin_set.h"
#include "host/starting_server.h"
#include "http/server.h"
#include "jobs/cluster_turns.h"
#include "jobs/job_queues.h"
#include "jobs/server_lease.h"
#include "kitchen/change_log.h"
#include "migrate/migrator.h"
#include "observe/current_trace.h"
#include "observe/instruments.h"
#include "observe/log_hub.h"
#include "observe/metrics_registry.h"
#include "observe/waiting.h"
#include "plugin/registry.h"

namespace kitchen::host {

struct KernelOptions {
    std::string file = "config";      ///< the name shown in front of mistakes
    std::string text;                 ///< the configuration itself
    config::Environment environment;  ///< empty: the process's own
    std::filesystem::path
        plugin_dir;      ///< when the configuration names none; empty: default_plugin_dir()
    std::string listen;  ///< in place of server.listen; empty: as configured
    std::shared_ptr<Clock> clock;                    ///< empty: the system's
    std::function<void(std::string_view)> log_sink;  ///< empty: standard error
    std::function<bool()> cancelled;                 ///< asked during start-up; empty: never
    /// Called once the log is there and before any plugin is loaded; empty: not.
    std::function<void(const config::Configuration&, Logger&)> configured;
    std::string
        switched_off;    ///< a plugin that counts as `enabled: false`, whatever its entry says
    bool quiet = false;  ///< log warnings and errors only: for commands
    /// Plugins with `isolate: process` get processes of their own; false: they run in this one.
    bool isolates = false;
    /// This is the process of that plugin: it and what it needs, its routes alone, served on the
    /// socket `listening_fd`.
    std::string isolated;
    int listening_fd = -1;
};

class Kernel {
public:
    explicit Kernel(KernelOptions options);
    /// Stops.
    ~Kernel();
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;

    // The steps. Each throws StartError with every reason it found.

    /// Reads the configuration, loads the libraries that fit, checks all settings, resolves.
    void load();
    /// Constructs all plugins; checks routes and commands against each other. Nothing has been
    /// touched.
    void construct();
    /// Constructs a plugin that the configuration switches off or does not list, as its entry or
    /// its defaults say, beside the others and unknown to them: to see what it declares.
    const plugin::Instance& construct_beside(const std::string& id);
    /// Migrates and starts the plugins named and what they need (all when empty), and verifies the
    /// store. `migrate` false: their migrations are left alone.
    void start_plugins(const std::vector<std::string>& only = {}, bool migrate = true);
    /// Starts the plugin of the store and what that needs; migrates nothing.
    void start_store();
    /// After construct(): throws what a start would meet that can be seen without changing
    /// anything: the address is taken, the store cannot be reached.
    void probe() const;
    /// Throws when the address is taken. From now until listen() a start that waits for long is
    /// told to those who ask.
    void answer_meanwhile();
    /// Binds the port and answers.
    void listen();
    /// All of the above.
    void start();

    /// Readiness down, requests and jobs finished up to server.timeouts.drain, then everything
    /// stopped in reverse order. False when something was cut off or failed to stop. Idempotent.
    bool stop();

    const config::Configuration& settings() const noexcept { return settings_; }
    const PluginSet& plugins() const noexcept { return *plugins_; }
    PluginSet& plugins() noexcept { return *plugins_; }
    const http::Server& server() const noexcept { return *server_; }
    std::uint16_t port() const { return server_->port(); }
    Logger& log() noexcept { return *log_; }
    /// Writes why a step failed to the log when that is JSON; false: it is for the terminal.
    bool log_failure(const StartError& error) noexcept;
    const Clock& clock() const noexcept { return *clock_; }
    bool is_ready() const noexcept { return phase_.load() == Phase::ready; }
    /// The bound provider of an interface, or nullptr.
    void* service(std::string_view interface_name) const { return registry_.find(interface_name); }
    /// The bound store, or nullptr.
    Store* store() const;
    /// Who is told of changes, or nullptr.
    ChangeLog* change_log() const;
    /// "http://127.0.0.1:8080"
    std::string url() const;

private:
    enum class Phase { starting, ready, draining, stopped };

    std::filesystem::path plugin_dir() const;
    void begin_again();
    void check_commands() const;
    void add_to(http::ServerTable& table) const;
    std::vector<HealthCheck> health_checks() const;
    void begin_measuring();
    void measure_jobs();
    void open_turns();
    void begin_periodics();
    void build_server();
    http::ServerOptions server_options() const;
    Status migrate_one(plugin::Instance& instance);
    std::string_view phase_name() const noexcept;

    KernelOptions options_;
    std::chrono::steady_clock::time_point begun_;
    std::shared_ptr<Clock> clock_;
    std::unique_ptr<Random> random_;
    std::optional<observe::CurrentTracing> tracing_;
    std::unique_ptr<observe::LogHub> hub_;
    std::unique_ptr<Logger> log_;
    config::Configuration settings_;
    plugin::Registry registry_;
    std::unique_ptr<observe::MetricsRegistry> metrics_;
    std::unique_ptr<observe::Instruments> instruments_;
    // Destroyed from the bottom up: handlers and jobs hold closures of plugins, plugins hold
    // references to all above.
    std::unique_ptr<PluginSet> plugins_;
    std::optional<jobs::ClusterTurns> turns_;
    std::optional<jobs::ServerLease> lease_;
    observe::ThreadWaits waits_;
    std::unique_ptr<jobs::JobQueues> jobs_;
    std::unique_ptr<Health> health_;
    std::optional<StartingServer> meanwhile_;
    std::optional<IsolatedPlugins> isolated_;
    std::unique_ptr<http::Server> server_;
    std::vector<std::shared_ptr<void>> samples_;  ///< of the process and the jobs
    std::atomic<Phase> phase_{Phase::starting};
    bool listening_ = false;
    bool stopped_ = false;
};

}  // namespace kitchen::host
