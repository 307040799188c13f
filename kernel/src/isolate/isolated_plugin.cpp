#include "isolate/isolated_plugin.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "http/problem.h"
#include "http/routing/request_path.h"
#include "isolate/described_routes.h"
#include "isolate/forwarding.h"
#include "kitchen/backoff.h"

namespace kitchen::isolate {

namespace {

using Clock = std::chrono::steady_clock;
using http::Request;
using http::Response;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Backoff pauses{milliseconds(200), seconds(30)};
constexpr milliseconds look{200};  ///< at its memory, and whether it is there
constexpr seconds beat{1};         ///< between health reports
constexpr seconds constructor_limit{30};
/// Its database may not be there yet, and it waits for the migrations of another server.
constexpr seconds start_limit{std::chrono::minutes(15)};
/// For the queue of its process to refuse what has waited too long there, before it is given up.
constexpr seconds request_grace{1};

const char* const serves_again =
    "This part of the service is not there now. Try again in a moment.";

}  // namespace

/// Its process has ended, or has to.
struct IsolatedPlugin::Ended {
    std::string reason;       ///< for anyone to read; empty: as the system says
    std::string detail = {};  ///< for the log
    bool said_why = false;    ///< it has ended in good order
};

IsolatedPlugin::IsolatedPlugin(IsolatedPluginOptions options, Metrics& metrics, Tracing& tracing,
                               Waits& waits, Random& random, Logger& log)
    : options_(std::move(options)),
      tracing_(tracing),
      waits_(waits),
      random_(random),
      log_(log),
      restarts_(metrics.counter("kitchen_isolated_restarts_total",
                                "How often the process of a plugin had to be started again.",
                                {{"plugin", options_.id}})) {
    const auto gauge = [&](const char* name, const char* help, State state) {
        samples_.push_back(
            metrics.sampled_gauge(name, help, {{"plugin", options_.id}}, [this, state] {
                const std::lock_guard lock(mutex_);
                return state_ == state ? 1.0 : 0.0;
            }));
    };
    gauge("kitchen_isolated_up", "Whether the process of a plugin serves.", State::up);
    gauge("kitchen_isolated_put_aside",
          "Whether a plugin ended too often and is not started again.", State::put_aside);
    thread_ = std::thread([this] { run(); });
}

IsolatedPlugin::~IsolatedPlugin() { stop(milliseconds(0)); }

Result<std::vector<http::Route>> IsolatedPlugin::routes() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return state_ != State::constructing; });
    if (!described_) return Error(Errc::unavailable, "not_constructed", detail_);
    const auto described = parse_json(*described_);
    try {
        return read_routes((*described)["routes"], id(),
                           [this](Request& request) { return forward(request); });
    } catch (const std::exception&) {
        return Error(Errc::internal, "bad_description", "its routes cannot be read");
    }
}

void IsolatedPlugin::begin() {
    const std::lock_guard lock(mutex_);
    may_start_ = true;
    changed_.notify_all();
}

void IsolatedPlugin::wait_for_start() const {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] {
        return state_ == State::up || !faults_.empty() || state_ == State::stopped;
    });
}

Status IsolatedPlugin::health() const {
    const std::lock_guard lock(mutex_);
    const auto down = [](std::string detail) {
        return Status(Error(Errc::unavailable, "isolated", std::move(detail)));
    };
    if (state_ == State::up) return report_.empty() ? Status() : down(report_);
    if (state_ == State::put_aside)
        return down("Put aside: its process ended " + std::to_string(most_faults) +
                    " times within " + std::to_string(fault_window.count()) +
                    " minutes, at last by " + reason_ + ".");
    return down(reason_.empty() ? "Its process starts."
                                : "Its process ended by " + reason_ + " and starts again.");
}

bool IsolatedPlugin::has_failed() const {
    const std::lock_guard lock(mutex_);
    return state_ != State::up && std::ssize(faults_) >= most_faults;
}

bool IsolatedPlugin::is(State state) const {
    const std::lock_guard lock(mutex_);
    return state_ == state;
}

void IsolatedPlugin::stop(milliseconds grace) {
    {
        const std::lock_guard lock(mutex_);
        if (!grace_) grace_ = grace;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

bool IsolatedPlugin::stops() const {
    const std::lock_guard lock(mutex_);
    return grace_.has_value();
}

void IsolatedPlugin::set(State state) {
    const std::lock_guard lock(mutex_);
    state_ = state;
    changed_.notify_all();
}

void IsolatedPlugin::run() {
    for (bool is_first = true; !stops(); is_first = false) {
        if (!is_first) restarts_.add();
        try {
            run_once(is_first);
        } catch (const std::exception& e) {
            note_fault({"a fault in its start", e.what()});
        }
        std::unique_lock lock(mutex_);
        if (!described_) break;  // it could not be constructed, and has no routes
        if (state_ == State::put_aside)
            changed_.wait(lock, [this] { return grace_.has_value(); });
        else
            changed_.wait_until(lock, next_start_, [this] { return grace_.has_value(); });
    }
    set(State::stopped);
}

/// From the start of a process to its end.
void IsolatedPlugin::run_once(bool is_first) {
    PluginProcess process(options_.config_file, options_.id,
                          listen_at(options_.folder, options_.id));
    using Came = ControlChannel::Came;
    ControlChannel& control = process.control();
    const auto expect = [&](const std::string& what, seconds limit) {
        // In portions, so that the server can stop meanwhile.
        const auto until = Clock::now() + limit;
        for (auto came = Came::nothing; came == Came::nothing; came = control.wait(look)) {
            if (stops()) throw Ended{};
            if (Clock::now() > until) throw Ended{"no end of " + what};
        }
        auto message = control.read();
        if (!message) throw Ended{};
        const auto json = parse_json(*message);
        if (json && json->has("error"))
            throw Ended{"a fault in " + what, (*json)["error"].as_string(), true};
        return *std::move(message);
    };
    try {
        hangs_ = false;
        if (!control.write(options_.config_text)) throw Ended{};
        std::string routes = expect("its constructor", constructor_limit);
        if (is_first) {
            std::unique_lock lock(mutex_);
            described_ = std::move(routes);
            state_ = State::waiting;
            changed_.notify_all();
            changed_.wait(lock, [this] { return may_start_ || grace_; });
        } else if (routes != *described_) {
            throw Ended{"other routes than before: the server has to be started again"};
        }
        set(State::starting);
        if (!control.write("start")) throw Ended{};
        (void)expect("its start", start_limit);
        set(State::up);
        log_.info("isolated plugin serves", {{"id", options_.id}});
        look_after(process);
    } catch (Ended& ended) {
        if (stops()) {
            (void)process.end(is(State::up) ? grace_.value() : milliseconds(0));
            return;
        }
        std::string how = process.end(milliseconds(0));
        if (ended.reason.empty()) ended.reason = std::move(how);
        note_fault(ended);
    }
}

void IsolatedPlugin::look_after(PluginProcess& process) {
    auto last_beat = Clock::now();
    for (;;) {
        if (process.control().wait(look) == ControlChannel::Came::end) throw Ended{};
        if (stops()) throw Ended{};
        if (hangs_) throw Ended{"a request without an end"};
        if (process.resident_bytes() > options_.memory) throw Ended{"more memory than it may have"};
        if (Clock::now() - last_beat < beat) continue;
        expect_life();
        std::string report = read_health();
        last_beat = Clock::now();
        const std::lock_guard lock(mutex_);
        report_ = std::move(report);
    }
}

Result<Response> IsolatedPlugin::ask(const char* path, milliseconds at_most) {
    const UniqueFd connection = connect_to(options_.folder, options_.id);
    if (!connection) return Error(Errc::unavailable, "ended", "It has just ended.");
    return exchange(
        connection,
        "GET " + std::string(path) + " HTTP/1.1\r\nHost: kitchen\r\nConnection: close\r\n\r\n",
        Clock::now() + at_most, options_.folder);
}

/// That its process answers at all. What it needs may be away meanwhile, and its threads busy.
void IsolatedPlugin::expect_life() {
    const auto response = ask("/livez", patience);
    if (!response && response.error().code == "timeout") throw Ended{"no sign of life"};
}

/// What is down in it; "" for nothing.
std::string IsolatedPlugin::read_health() {
    const auto response = ask("/health/", beat);
    if (!response)
        return response.error().code == "timeout" ? "It gives no report of its health."
                                                  : std::string();
    const auto json = parse_json(response->body);
    if (!json || !(*json)["checks"].is_object()) return {};
    for (const auto& [name, check] : (*json)["checks"].as_object())
        if (check["status"] == Json("down"))
            return name + ": " +
                   (check["detail"].is_string() ? check["detail"].as_string() : "It is down.");
    return {};
}

void IsolatedPlugin::note_fault(const Ended& ended) {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    std::erase_if(faults_, [&](const Fault& fault) { return now - fault.at > fault_window; });
    faults_.push_back({now, ended.said_why});
    reason_ = ended.reason;
    detail_ = ended.detail.empty() ? "its process ended by " + reason_ : ended.detail;
    report_.clear();
    const auto count = std::count_if(faults_.begin(), faults_.end(),
                                     [](const Fault& fault) { return !fault.said_why; });
    const milliseconds pause =
        pauses.half_jitter(static_cast<std::int64_t>(faults_.size()), random_);
    next_start_ = now + pause;
    state_ = count >= most_faults ? State::put_aside : State::down;
    if (state_ == State::put_aside)
        log_.error("isolated plugin ended too often and is put aside",
                   {{"id", options_.id}, {"reason", detail_}, {"faults", count}});
    else
        log_.error(
            "isolated plugin ended",
            {{"id", options_.id}, {"reason", detail_}, {"starts_again_in_ms", pause.count()}});
    changed_.notify_all();
}

Result<Response> IsolatedPlugin::forward(Request& request) {
    struct Counted {
        explicit Counted(std::atomic<int>& all) : count(all) { now = ++count; }
        ~Counted() { --count; }
        Counted(const Counted&) = delete;
        Counted& operator=(const Counted&) = delete;
        std::atomic<int>& count;
        int now;
    } const counted(requests_);
    if (counted.now > most_requests)
        return Error(Errc::unavailable, "overloaded",
                     "Too many requests are waiting. Try again in a moment.")
            .retry_in(seconds(1));
    {
        const std::lock_guard lock(mutex_);
        if (state_ != State::up)
            return Error(Errc::unavailable, "plugin_down", serves_again)
                .retry_in(std::max(std::chrono::ceil<seconds>(next_start_ - Clock::now()),
                                   seconds(state_ == State::put_aside ? 60 : 1)));
    }
    const UniqueFd connection = connect_to(options_.folder, options_.id);
    if (!connection)
        return Error(Errc::unavailable, "plugin_down", serves_again).retry_in(seconds(1));
    const std::string text = request_text(request, tracing_.outgoing());
    Result<Response> response = [&] {
        const Parked parked(waits_);
        return exchange(connection, text, Clock::now() + options_.request_timeout + request_grace,
                        options_.folder);
    }();
    if (response) return response;
    const http::ProblemContext context{http::path_of(request.target), request.request_id};
    if (response.error().code == "timeout") {
        hangs_ = true;
        return http::problem_response(504, "plugin_too_slow",
                                      "No response came in time. It is not known whether the "
                                      "request was carried out.",
                                      context);
    }
    return http::problem_response(502, "plugin_ended",
                                  "The part of the service that worked on this ended meanwhile. It "
                                  "is not known whether the request was carried out.",
                                  context);
}

}  // namespace kitchen::isolate
