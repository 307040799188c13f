// What all parts of one transport share: options, handler, counters, admission. Outlives the
// transport as long as an exchange is held.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "../framing/response_head.h"
#include "transport.h"

namespace kitchen::http {

using Clock = std::chrono::steady_clock;

class TransportState {
public:
    TransportState(TransportOptions options, TransportHandler& handler);

    const TransportOptions& options() const noexcept { return options_; }
    /// To be called on worker threads only.
    TransportHandler& handler() const noexcept { return handler_; }
    DateCache& dates() noexcept { return dates_; }

    enum class Admission {
        admitted,
        refused,
        shed
    };  ///< shed: not even an orderly refusal can be afforded
    /// Counts a new connection. Each result but `shed` is undone by release().
    Admission admit(const std::string& peer_address);
    void release(const std::string& peer_address, Admission admission);

    // A connection is settled when it owes no response any more: it is closed, or only waits
    // for the client to close.
    void settle();
    /// Waits until all connections are settled; false at the deadline.
    bool wait_until_settled(Clock::time_point deadline);

    void add_in_flight() noexcept { in_flight_.fetch_add(1, std::memory_order_relaxed); }
    void remove_in_flight(std::size_t count) noexcept {
        in_flight_.fetch_sub(count, std::memory_order_relaxed);
    }

    void start_draining() noexcept { draining_.store(true); }
    bool draining() const noexcept { return draining_.load(std::memory_order_relaxed); }
    void start_closing_idle() noexcept { closing_idle_.store(true); }
    bool closing_idle() const noexcept { return closing_idle_.load(std::memory_order_relaxed); }
    void start_ending_streams() noexcept { ending_streams_.store(true); }
    bool ending_streams() const noexcept { return ending_streams_.load(); }

    void add_received(std::size_t bytes) noexcept {
        received_.fetch_add(bytes, std::memory_order_relaxed);
    }
    void add_sent(std::size_t bytes) noexcept { sent_.fetch_add(bytes, std::memory_order_relaxed); }
    /// A connection that admit() was never asked about.
    void add_refused() noexcept { refused_.fetch_add(1, std::memory_order_relaxed); }

    TransportStats stats() const noexcept {
        return {connections_.load(), in_flight_.load(), accepted_.load(),
                refused_.load(),     received_.load(),  sent_.load()};
    }

    /// How often deadlines are looked at: a quarter of the shortest, within 10 to 250 ms.
    std::chrono::milliseconds tick() const noexcept;

private:
    const TransportOptions options_;
    TransportHandler& handler_;
    DateCache dates_;
    std::atomic<bool> draining_{false};
    std::atomic<bool> closing_idle_{false};
    std::atomic<bool> ending_streams_{false};
    std::atomic<std::size_t> connections_{0};
    std::atomic<std::size_t> in_flight_{0};
    std::atomic<std::uint64_t> accepted_{0}, refused_{0}, received_{0}, sent_{0};

    std::mutex mutex_;
    std::condition_variable settled_;
    std::size_t unsettled_ = 0;
    std::size_t refusals_ = 0;  ///< connections that are being refused in an orderly way
    std::unordered_map<std::string, std::size_t> by_address_;
};

}  // namespace kitchen::http
