// queue/1 in memory, on a clock that tests move: for tests of what uses a queue.
//
// Thread-safety: as Queue; the rest from any thread too. The clock must outlive it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "kitchen/clock.h"
#include "kitchen/queue.h"

namespace kitchen::testkit {

class MemoryQueue final : public Queue {
public:
    explicit MemoryQueue(const Clock& clock) : clock_(clock) {}

    Status send(std::string_view body) override;
    Result<std::vector<QueueMessage>> receive(const QueueReceive& wanted,
                                              std::stop_token stop) override;
    Status hide(std::string_view receipt, std::chrono::seconds from_now) override;
    Status remove(std::string_view receipt) override;

    /// Every call fails so; nothing: no longer.
    void fail_with(std::optional<Error> failure);
    /// Those who wait look again: after the clock was moved.
    void wake() { changed_.notify_all(); }
    /// Messages that have not been removed, hidden ones too.
    std::size_t size() const;
    /// Those that may be received now.
    std::size_t visible() const;

private:
    struct Kept {
        std::string body, receipt;
        std::int64_t received = 0;
        std::chrono::steady_clock::time_point hidden_until{};
    };
    Kept* find(std::string_view receipt);

    const Clock& clock_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<Error> failure_;
    std::map<std::int64_t, Kept> messages_;
    std::int64_t last_message_ = 0, last_receipt_ = 0;
};

}  // namespace kitchen::testkit
