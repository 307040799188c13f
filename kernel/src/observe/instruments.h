// Puts a watch around each service that has one, on its way from the plugin that provides it to
// those that use it.
//
// Thread-safety: on one thread, during start-up. Must outlive every user of what it wrapped.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/cache.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/mailer.h"
#include "kitchen/metrics.h"
#include "kitchen/queue.h"
#include "kitchen/sms.h"
#include "kitchen/store.h"
#include "observe/measured_store.h"

namespace kitchen::observe {

class Instruments {
public:
    /// All references must outlive this. `slow_statement` 0: no statement is logged.
    Instruments(Metrics& metrics, const Clock& clock, Logger& log,
                std::chrono::milliseconds slow_statement)
        : metrics_(metrics), clock_(clock), log_(log), slow_statement_(slow_statement) {}

    /// What stands in the registry for this service of that plugin: a watched one, or the service
    /// itself.
    void* wrap(std::string_view interface_name, const std::string& plugin, void* service);

    /// Whether the last write, the last mail and the last text message have gone.
    struct Check {
        std::string plugin, name;
        std::function<Status()> last;
    };
    const std::vector<Check>& checks() const noexcept { return checks_; }

    /// Every store tells it of changes.
    void tell(ChangeLog& changes) {
        for (const auto& store : stores_) store->tell(changes);
    }

private:
    Metrics& metrics_;
    const Clock& clock_;
    Logger& log_;
    const std::chrono::milliseconds slow_statement_;
    std::vector<Check> checks_;
    std::vector<std::unique_ptr<MeasuredStore>> stores_;
    std::vector<std::unique_ptr<Mailer>> mailers_;
    std::vector<std::unique_ptr<SmsSender>> sms_senders_;
    std::vector<std::unique_ptr<Cache>> caches_;
    std::vector<std::unique_ptr<Queue>> queues_;
};

}  // namespace kitchen::observe
