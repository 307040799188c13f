// A queue with a watch beside it: the kernel puts one around every provider of queue/1, so that no
// backend has to measure itself. Measures each call, counts its errors, and the messages that came,
// also those that came again.
//
// Thread-safety: as Queue. Ownership: refers to the queue; outlives those who use it.
#pragma once

#include <array>
#include <string>

#include "kitchen/clock.h"
#include "kitchen/metrics.h"
#include "kitchen/queue.h"

namespace kitchen::observe {

class MeasuredQueue final : public Queue {
public:
    /// `provider` is the id of the queue's plugin. All references must outlive this.
    MeasuredQueue(Queue& queue, std::string provider, Metrics& metrics, const Clock& clock);

    Status send(std::string_view body) override;
    Result<std::vector<QueueMessage>> receive(const QueueReceive& wanted,
                                              std::stop_token stop) override;
    Status hide(std::string_view receipt, std::chrono::seconds from_now) override;
    Status remove(std::string_view receipt) override;

private:
    enum class Operation { send, receive, hide, remove };
    static constexpr std::size_t operation_count = static_cast<std::size_t>(Operation::remove) + 1;

    template <class Work>
    auto measure(Operation operation, Work&& work);

    Queue& queue_;
    const std::string provider_;
    Metrics& metrics_;
    const Clock& clock_;
    std::array<Histogram*, operation_count> durations_;
    Counter& received_;
    Counter& redelivered_;
};

}  // namespace kitchen::observe
