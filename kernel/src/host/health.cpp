#include "host/health.h"

#include <algorithm>
#include <exception>

#include "kitchen/json.h"

namespace kitchen::host {

namespace {
constexpr std::chrono::seconds max_age{1};
}

std::string_view to_string(HealthReport::Overall overall) noexcept {
    switch (overall) {
        case HealthReport::Overall::ok: return "ok";
        case HealthReport::Overall::degraded: return "degraded";
        case HealthReport::Overall::down: return "down";
    }
    return "down";
}

Health::Health(std::vector<HealthCheck> checks, const Clock& clock, Logger& log)
    : checks_(std::move(checks)), clock_(clock), log_(log) {
    std::vector<bool> shared;
    for (const HealthCheck& check : checks_)
        shared.push_back(std::count_if(checks_.begin(), checks_.end(), [&](const HealthCheck& c) { return c.name == check.name; }) > 1);
    for (std::size_t i = 0; i < checks_.size(); ++i)
        if (shared[i]) checks_[i].name = checks_[i].plugin + '.' + checks_[i].name;
}

std::shared_ptr<const HealthReport> Health::report() {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (last_ && (running_ || clock_.steady_now() - last_at_ < max_age)) return last_;
        if (!running_) break;
        finished_.wait(lock);
    }
    running_ = true;
    lock.unlock();
    std::shared_ptr<const HealthReport> fresh = run();
    lock.lock();
    running_ = false;
    last_ = std::move(fresh);
    last_at_ = clock_.steady_now();
    finished_.notify_all();
    return last_;
}

std::shared_ptr<const HealthReport> Health::run() const {
    auto report = std::make_shared<HealthReport>();
    for (const HealthCheck& check : checks_) {
        HealthReport::Part part{check.name, check.required, true, {}};
        try {
            if (Status status = check.check(); !status) {
                part.up = false;
                part.detail = status.error().detail;
            }
        } catch (const std::exception& e) {
            // The text goes to the log only: /health/ is open to anyone.
            log_.error("health check failed", {{"check", check.name}, {"reason", e.what()}});
            part.up = false;
            part.detail = "The check itself failed. See the log.";
        } catch (...) {
            part.up = false;
            part.detail = "The check itself failed. See the log.";
        }
        if (!part.up) {
            if (part.required) report->overall = HealthReport::Overall::down;
            else if (report->overall == HealthReport::Overall::ok) report->overall = HealthReport::Overall::degraded;
        }
        report->parts.push_back(std::move(part));
    }
    return report;
}

std::string to_json(const HealthReport& report) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("status", to_string(report.overall)).key("checks").begin_object();
    for (const HealthReport::Part& part : report.parts) {
        json.key(part.name).begin_object().member("status", part.up ? "ok" : "down").member("required", part.required);
        if (!part.detail.empty()) json.member("detail", part.detail);
        json.end_object();
    }
    json.end_object().end_object();
    return out;
}

}  // namespace kitchen::host
