#include "observe/measured_queue.h"

#include <iterator>
#include <utility>

#include "observe/error_kind.h"

namespace kitchen::observe {

namespace {

/// In the order of the enumeration.
constexpr const char* queue_operation_names[] = {"send", "receive", "hide", "remove"};

/// receive() waits for messages: up to 20 s is no trouble.
constexpr double queue_bounds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                   0.5,   1,      2.5,   5,    10,    20,   30};

}  // namespace

MeasuredQueue::MeasuredQueue(Queue& queue, std::string provider, Metrics& metrics,
                             const Clock& clock)
    : queue_(queue),
      provider_(std::move(provider)),
      metrics_(metrics),
      clock_(clock),
      received_(metrics.counter("kitchen_queue_received_total", "Messages received.",
                                {{"provider", provider_}})),
      redelivered_(metrics.counter("kitchen_queue_redelivered_total",
                                   "Messages received that had been received before.",
                                   {{"provider", provider_}})) {
    static_assert(std::size(queue_operation_names) == operation_count);
    for (std::size_t i = 0; i < operation_count; ++i)
        durations_[i] = &metrics.histogram(
            "kitchen_queue_operation_duration_seconds",
            "Time until the queue answered, waiting for messages included.",
            {{"provider", provider_}, {"operation", queue_operation_names[i]}}, queue_bounds);
}

template <class Work>
auto MeasuredQueue::measure(Operation operation, Work&& work) {
    const auto index = static_cast<std::size_t>(operation);
    const auto begin = clock_.steady_now();
    auto result = work();
    durations_[index]->observe(clock_.steady_now() - begin);
    if (!result)
        metrics_
            .counter("kitchen_queue_errors_total", "Calls of the queue that failed.",
                     {{"provider", provider_},
                      {"operation", queue_operation_names[index]},
                      {"kind", std::string(word_for(result.error().kind))}})
            .add();
    return result;
}

Status MeasuredQueue::send(std::string_view body) {
    return measure(Operation::send, [&] { return queue_.send(body); });
}

Result<std::vector<QueueMessage>> MeasuredQueue::receive(const QueueReceive& wanted,
                                                         std::stop_token stop) {
    auto messages =
        measure(Operation::receive, [&] { return queue_.receive(wanted, std::move(stop)); });
    if (messages)
        for (const QueueMessage& message : *messages) {
            received_.add();
            if (message.received > 1) redelivered_.add();
        }
    return messages;
}

Status MeasuredQueue::hide(std::string_view receipt, std::chrono::seconds from_now) {
    return measure(Operation::hide, [&] { return queue_.hide(receipt, from_now); });
}

Status MeasuredQueue::remove(std::string_view receipt) {
    return measure(Operation::remove, [&] { return queue_.remove(receipt); });
}

}  // namespace kitchen::observe
