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
        shared.push_back(std::count_if(checks_.begin(), checks_.end(), [&](const HealthCheck& c) {
                             return c.name == check.name;
                         }) > 1);
    for (std::size_t i = 0; i < checks_.size(); ++i)
        if (shared[i]) checks_[i].name = checks_[i].plugin + '.' + checks_[i].name;
}

std::shared_ptr<const HealthReport> Health::report() {
    std::unique_lock lock(mutex_);
    if (running_) {
        if (last_) return clock_.steady_now() - begun_at_ < patience ? last_ : without_response();
        if (!finished_.wait_for(lock, patience, [this] { return !running_; }))
            return without_response();
    }
    if (last_ && clock_.steady_now() - last_at_ < max_age) return last_;
    if (running_)
        return without_response();  // another check began meanwhile, and there is still no report
    running_ = true;
    begun_at_ = clock_.steady_now();
    lock.unlock();
    std::shared_ptr<const HealthReport> fresh;
    try {
        fresh = run();
    } catch (...) {  // out of memory
        lock.lock();
        running_ = false;
        finished_.notify_all();
        throw;
    }
    lock.lock();
    running_ = false;
    last_ = std::move(fresh);
    last_at_ = clock_.steady_now();
    finished_.notify_all();
    return last_;
}

namespace {

HealthReport::Overall overall_of(const std::vector<HealthReport::Part>& parts) {
    auto overall = HealthReport::Overall::ok;
    for (const HealthReport::Part& part : parts)
        if (!part.up && part.required)
            return HealthReport::Overall::down;
        else if (!part.up)
            overall = HealthReport::Overall::degraded;
    return overall;
}

}  // namespace

std::shared_ptr<const HealthReport> Health::without_response() const {
    auto report = last_ ? std::make_shared<HealthReport>(*last_) : std::make_shared<HealthReport>();
    const HealthCheck& silent = checks_.at(current_);
    std::erase_if(report->parts,
                  [&](const HealthReport::Part& part) { return part.name == silent.name; });
    report->parts.push_back({silent.name, silent.required, false, "The check does not answer."});
    report->overall = overall_of(report->parts);
    return report;
}

std::shared_ptr<const HealthReport> Health::run() {
    auto report = std::make_shared<HealthReport>();
    for (std::size_t i = 0; i < checks_.size(); ++i) {
        const HealthCheck& check = checks_[i];
        {
            const std::lock_guard lock(mutex_);
            current_ = i;
        }
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
        report->parts.push_back(std::move(part));
    }
    report->overall = overall_of(report->parts);
    return report;
}

std::string to_json(const HealthReport& report) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("status", to_string(report.overall)).key("checks").begin_object();
    for (const HealthReport::Part& part : report.parts) {
        json.key(part.name)
            .begin_object()
            .member("status", part.up ? "ok" : "down")
            .member("required", part.required);
        if (!part.detail.empty()) json.member("detail", part.detail);
        json.end_object();
    }
    json.end_object().end_object();
    return out;
}

}  // namespace kitchen::host
