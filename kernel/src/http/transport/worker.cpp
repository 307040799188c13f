#include "worker.h"

#include <sys/timerfd.h>

#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace kitchen::http {
namespace {

constexpr std::uint64_t wake_tag = 0;
constexpr std::uint64_t timer_tag = 1;
constexpr std::size_t read_at_most = 64 * 1024;

}  // namespace

Worker::Worker(std::shared_ptr<TransportState> state)
    : state_(std::move(state)),
      loop_(make_pistache_loop()),
      wake_(make_event_fd()),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      scratch_(read_at_most) {
    itimerspec every{};
    every.it_value.tv_nsec = every.it_interval.tv_nsec =
        std::chrono::nanoseconds(state_->tick()).count();
    if (!wake_ || !timer_ || ::timerfd_settime(timer_.get(), 0, &every, nullptr) != 0 ||
        !loop_->watch(wake_.get(), wake_tag, {.read = true}) ||
        !loop_->watch(timer_.get(), timer_tag, {.read = true}))
        throw std::runtime_error("cannot start an HTTP worker: out of descriptors");
}

void Worker::adopt(std::shared_ptr<Connection> connection) {
    load_.fetch_add(1, std::memory_order_relaxed);
    post({Letter::Kind::adopt, std::move(connection)});
}

void Worker::resume(std::shared_ptr<Connection> connection) {
    post({Letter::Kind::resume, std::move(connection)});
}
void Worker::close_idle() { post({Letter::Kind::close_idle, nullptr}); }
void Worker::end_streams() { post({Letter::Kind::end_streams, nullptr}); }

void Worker::interrupt() noexcept { signal_event_fd(wake_.get()); }

void Worker::close_all() {
    std::latch done(1);
    post({Letter::Kind::close_all, nullptr, &done});
    done.wait();
}

// The eventfd is written under the lock only when the mailbox was empty, and read before the
// mailbox is emptied: no letter can be left behind, and a full mailbox costs no system call.
void Worker::post(Letter letter) {
    const std::lock_guard lock(mutex_);
    mailbox_.push_back(std::move(letter));
    if (mailbox_.size() == 1) signal_event_fd(wake_.get());
}

template <typename Call>
bool Worker::guarded(Connection& connection, Call&& call) noexcept {
    try {
        call(connection);
    } catch (...) {  // out of memory: this connection pays for it, the worker goes on
        connection.close();
    }
    return !connection.is_closed();
}

template <typename Call>
void Worker::for_all(Call&& call) noexcept {
    const std::size_t before = connections_.size();
    for (auto at = connections_.begin(); at != connections_.end();)
        at = guarded(*at->second, call) ? std::next(at) : connections_.erase(at);
    // Those that are on their way here are counted already, and stay so.
    load_.fetch_sub(before - connections_.size(), std::memory_order_relaxed);
}

void Worker::on_ready(std::uint64_t tag, Readiness readiness) noexcept {
    if (tag == wake_tag) return read_mailbox();
    if (tag == timer_tag) return tick();
    const auto found = connections_.find(tag);
    if (found == connections_.end()) return;  // closed earlier in this batch of events
    if (guarded(*found->second,
                [&](Connection& connection) { connection.on_ready(readiness, scratch_); }))
        return;
    connections_.erase(found);
    load_.fetch_sub(1, std::memory_order_relaxed);
}

void Worker::read_mailbox() {
    drain_event_fd(wake_.get());
    std::vector<Letter> letters;
    {
        const std::lock_guard lock(mutex_);
        letters.swap(mailbox_);
    }
    for (auto& letter : letters) {
        switch (letter.kind) {
            case Letter::Kind::adopt: {
                const auto& connection =
                    connections_.emplace(letter.connection->tag(), letter.connection).first->second;
                if (guarded(*connection, [](Connection& c) { c.open(); })) break;
                connections_.erase(letter.connection->tag());
                load_.fetch_sub(1, std::memory_order_relaxed);
                break;
            }
            case Letter::Kind::resume:
                if (guarded(*letter.connection, [](Connection& c) { c.on_resume(); })) break;
                if (connections_.erase(letter.connection->tag()))
                    load_.fetch_sub(1, std::memory_order_relaxed);
                break;
            case Letter::Kind::close_idle:
                for_all([](Connection& c) { c.on_closing_idle(); });
                break;
            case Letter::Kind::end_streams: for_all([](Connection& c) { c.end_stream(); }); break;
            case Letter::Kind::close_all:
                for_all([](Connection& c) { c.close(); });
                letter.done->count_down();
                break;
        }
    }
}

void Worker::tick() {
    std::uint64_t expirations;
    if (::read(timer_.get(), &expirations, sizeof expirations) < 0) return;
    const auto now = Clock::now();
    for_all([now](Connection& c) { c.on_tick(now); });
}

}  // namespace kitchen::http
