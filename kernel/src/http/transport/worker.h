// One worker: the connections it serves, and the mailbox through which other threads reach it.
//
// Thread-safety: stated on each call. Connections are read by one thread at a time, the one that
// polls: "the worker's thread" here and in client_connection.h.
#pragma once

#include <atomic>
#include <latch>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "client_connection.h"
#include "event_loop.h"
#include "poller.h"

namespace kitchen::http {

class Worker final : public EventSink, public ConnectionWorker, public Poller {
public:
    /// Throws std::runtime_error when descriptors have run out.
    explicit Worker(std::shared_ptr<TransportState> state);

    // Any thread:
    void adopt(std::shared_ptr<Connection> connection);
    void resume(std::shared_ptr<Connection> connection) override;
    void close_idle();
    void end_streams();
    void interrupt() noexcept override;
    /// Closes all connections, and waits until the worker's thread has; not from that one.
    void close_all();
    std::size_t load() const noexcept { return load_.load(std::memory_order_relaxed); }

    EventLoop& loop() override { return *loop_; }

    // The worker's thread:
    bool poll_one() noexcept override { return loop_->poll_one(*this); }
    void poll_all() noexcept override { loop_->poll_all(*this); }
    void on_ready(std::uint64_t tag, Readiness readiness) noexcept override;

private:
    struct Letter {
        enum class Kind { adopt, resume, close_idle, end_streams, close_all } kind;
        std::shared_ptr<Connection> connection;
        std::latch* done = nullptr;
    };

    void post(Letter letter);
    void read_mailbox();
    void tick();
    /// False when the connection is closed now.
    template <typename Call>
    bool guarded(Connection& connection, Call&& call) noexcept;
    template <typename Call>
    void for_all(Call&& call) noexcept;

    const std::shared_ptr<TransportState> state_;
    const std::unique_ptr<EventLoop> loop_;
    UniqueFd wake_;
    UniqueFd timer_;
    std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_;
    std::vector<char> scratch_;
    std::atomic<std::size_t> load_{0};

    std::mutex mutex_;
    std::vector<Letter> mailbox_;
};

}  // namespace kitchen::http
