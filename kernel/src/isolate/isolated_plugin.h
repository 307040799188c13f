// A plugin with `isolate: process`, seen from the server: starts its process, forwards requests to
// it, looks after it, and starts it again when it has ended, with growing pauses. After
// `most_faults` within `fault_window` it is put aside until the server starts again; a start that
// failed and said why is none of them: a database that is away comes back.
//
// What costs the plugin its process: a crash, an exit, a request without a response a
// second after server.timeouts.request, no sign of life for `patience`, more memory than its entry
// allows.
//
// Thread-safety: construct, begin(), stop() on one thread; the rest from any.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "isolate/plugin_process.h"
#include "kitchen/http/route.h"
#include "kitchen/log.h"
#include "kitchen/metrics.h"
#include "kitchen/random.h"
#include "kitchen/tracing.h"
#include "kitchen/waits.h"

namespace kitchen::isolate {

struct IsolatedPluginOptions {
    std::string id;
    std::string config_file;       ///< its name
    std::string config_text;       ///< its process reads this, and not the file, which may change
    std::filesystem::path folder;  ///< of this server alone: for the socket
    std::uint64_t memory = 0;      ///< bytes
    std::chrono::milliseconds request_timeout{30'000};
};

class IsolatedPlugin {
    enum class State { constructing, waiting, starting, up, down, put_aside, stopped };

public:
    static constexpr int most_faults = 5;
    static constexpr std::chrono::minutes fault_window{5};
    static constexpr std::chrono::seconds patience{5};
    /// Requests that its process works on at once; past it 503.
    static constexpr int most_requests = 64;

    /// Starts the process. All references must outlive this.
    IsolatedPlugin(IsolatedPluginOptions options, Metrics& metrics, Tracing& tracing, Waits& waits,
                   Random& random, Logger& log);
    /// Kills the process, unless stop() has ended it.
    ~IsolatedPlugin();
    IsolatedPlugin(const IsolatedPlugin&) = delete;
    IsolatedPlugin& operator=(const IsolatedPlugin&) = delete;

    const std::string& id() const noexcept { return options_.id; }
    /// Waits until the plugin has been constructed in its process. An error: why not, a line each.
    Result<std::vector<http::Route>> routes();
    /// The plugin may start: what it needs has been started here.
    void begin();
    /// Until it serves, or its first start has failed; `patience` at most.
    void wait_for_start() const;
    /// An error: that it does not serve, and why, for anyone to read.
    Status health() const;
    /// Whether it is down and has ended `most_faults` times of late, for whichever reason.
    bool has_failed() const;
    /// Lets it finish what it has begun, and kills it after `grace`.
    void stop(std::chrono::milliseconds grace);

private:
    struct Ended;

    void run();
    void run_once(bool is_first);
    void look_after(PluginProcess& process);
    Result<http::Response> ask(const char* path, std::chrono::milliseconds at_most);
    void expect_life();
    std::string read_health();
    Result<http::Response> forward(http::Request& request);
    void note_fault(const Ended& ended);
    void set(State state);
    bool is(State state) const;
    bool stops() const;

    const IsolatedPluginOptions options_;
    Tracing& tracing_;
    Waits& waits_;
    Random& random_;
    Logger& log_;
    Counter& restarts_;

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    State state_ = State::constructing;
    bool may_start_ = false;
    std::optional<std::chrono::milliseconds> grace_;  ///< once stop() was called
    std::optional<std::string> described_;            ///< the routes, as the process has said them
    std::string reason_;                              ///< why it ended last, for anyone to read
    std::string detail_;                              ///< the same for the log
    std::string report_;                              ///< what its own health report complains of
    struct Fault {
        std::chrono::steady_clock::time_point at;
        bool said_why;
    };
    std::vector<Fault> faults_;  ///< within `fault_window`
    std::chrono::steady_clock::time_point next_start_;

    std::atomic<int> requests_{0};
    std::atomic<bool> hangs_{false};  ///< a request has had no response in time
    std::vector<std::shared_ptr<void>> samples_;
    std::thread thread_;
};

}  // namespace kitchen::isolate
