// The parts of /health/: runs the checks of all plugins, at most once a second, and remembers what
// they said.
//
// Thread-safety: all calls, from any thread. While one thread runs the checks, the others get the
// previous report, so that a check that hangs holds one thread and not all of them; when it has
// hung for `patience`, its part is reported to be down.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/result.h"

namespace kitchen::host {

struct HealthCheck {
    std::string plugin;
    std::string name;
    bool required = true;
    std::function<Status()> check;
};

struct HealthReport {
    struct Part {
        std::string name;
        bool required = true;
        bool up = true;
        std::string detail;  ///< a sentence when it is down
    };
    enum class Overall {
        ok,
        degraded,
        down
    };  ///< degraded: only parts that are not required are down
    Overall overall = Overall::ok;
    std::vector<Part> parts;
};

std::string_view to_string(HealthReport::Overall overall) noexcept;

class Health {
public:
    /// How long a report may be on its way before the check that has not answered counts as down.
    static constexpr std::chrono::seconds patience{5};

    /// Names that two plugins use are prefixed with the plugin: "store-sqlite.store".
    Health(std::vector<HealthCheck> checks, const Clock& clock, Logger& log);
    /// Blocks while the checks run, for `patience` at most when another thread runs them.
    std::shared_ptr<const HealthReport> report();

private:
    std::shared_ptr<const HealthReport> run();
    /// The previous report, with the check that does not answer down.
    std::shared_ptr<const HealthReport> without_response() const;

    std::vector<HealthCheck> checks_;
    const Clock& clock_;
    Logger& log_;
    std::mutex mutex_;
    std::condition_variable finished_;
    bool running_ = false;
    std::size_t current_ = 0;  ///< the check that is being run
    std::chrono::steady_clock::time_point begun_at_;
    std::shared_ptr<const HealthReport> last_;
    std::chrono::steady_clock::time_point last_at_;
};

/// {"status":"ok","checks":{"store":{"status":"ok","required":true}}}
std::string to_json(const HealthReport& report);

}  // namespace kitchen::host
