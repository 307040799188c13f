// queue/1: short messages from one process to another, each received by one of them at a time
// (Amazon SQS, and what is like it).
//
// At least once: a message that was sent is received until it is removed. The consumer that
// receives it has it to himself for `hidden_for`; then any consumer receives it again. So a message
// may come twice, also to two at once, late, and in any order: it says that there is work, and what
// the work's own place (a row in the store) says decides. A message may also be lost in the end
// (queues keep them for days, not for ever): the sender must have another way to find the work.
//
// A body is text: UTF-8, 1 byte to 256 KiB, no control characters but TAB, LF and CR. It may be
// kept in the clear by others: no secrets.
//
// Errors: unavailable and too_many_requests (try again later; send() and the others have then
// already tried more than once), unprocessable "queue_body_refused". Blocks on the network: never
// to be called from a request or inside a transaction. Thread-safety: all calls, from any thread.
// Ownership: the queue belongs to its plugin.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/result.h"

namespace kitchen {

struct QueueMessage {
    std::string body;
    std::string receipt;        ///< of this receipt of it: what hide() and remove() take
    std::int64_t received = 1;  ///< how often, this time included, as far as the queue knows
};

struct QueueReceive {
    int most = 10;                        ///< messages at once, 1 to 10
    std::chrono::seconds wait{20};        ///< for the first one, 0 to 20
    std::chrono::seconds hidden_for{30};  ///< from everybody else, 0 to 12 hours
};

class Queue {
public:
    using Interface = Queue;
    static constexpr std::string_view interface_name = "queue/1";
    static constexpr std::size_t longest_body = 256 * 1024;
    static constexpr std::chrono::seconds longest_wait{20};
    static constexpr std::chrono::seconds longest_hiding{12 * 3600};

    virtual ~Queue() = default;

    /// The queue has it when this returns. After an error it may have it all the same.
    virtual Status send(std::string_view body) = 0;
    /// As soon as there is one; none when the time has passed, or when `stop` is requested, which
    /// ends the call within about a second. What arrives in that moment is hidden, and comes again.
    virtual Result<std::vector<QueueMessage>> receive(const QueueReceive& wanted,
                                                      std::stop_token stop) = 0;
    /// Received again after `from_now` (0 to 12 hours, counted from when it was received), not
    /// before. Error: conflict "queue_receipt_stale" when another consumer has received, or may
    /// receive, or has removed it.
    virtual Status hide(std::string_view receipt, std::chrono::seconds from_now) = 0;
    /// Never received again. A success also when it is gone already; a stale receipt may remove
    /// nothing.
    virtual Status remove(std::string_view receipt) = 0;
};

/// What send() must refuse before it is sent: unprocessable "queue_body_refused". For those who
/// implement Queue.
Status check_queue_body(std::string_view body);

}  // namespace kitchen
