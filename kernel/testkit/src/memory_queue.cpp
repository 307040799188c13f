#include "kitchen/testkit/memory_queue.h"

#include <algorithm>
#include <utility>

namespace kitchen::testkit {

Status MemoryQueue::send(std::string_view body) {
    if (Status good = check_queue_body(body); !good) return good;
    {
        std::lock_guard lock(mutex_);
        if (failure_) return *failure_;
        messages_[++last_message_].body = body;
    }
    changed_.notify_all();
    return {};
}

Result<std::vector<QueueMessage>> MemoryQueue::receive(const QueueReceive& wanted,
                                                       std::stop_token stop) {
    std::vector<QueueMessage> taken;
    std::optional<Error> failure;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::move(stop), wanted.wait, [&] {
        failure = failure_;
        if (failure) return true;
        const auto now = clock_.steady_now();
        for (auto& [number, kept] : messages_) {
            if (static_cast<int>(taken.size()) >= wanted.most) break;
            if (kept.hidden_until > now) continue;
            kept.hidden_until = now + wanted.hidden_for;
            kept.receipt = "receipt-" + std::to_string(++last_receipt_);
            taken.push_back({kept.body, kept.receipt, ++kept.received});
        }
        return !taken.empty();
    });
    if (failure) return *std::move(failure);
    return taken;
}

Status MemoryQueue::hide(std::string_view receipt, std::chrono::seconds from_now) {
    {
        std::lock_guard lock(mutex_);
        if (failure_) return *failure_;
        Kept* kept = find(receipt);
        const auto now = clock_.steady_now();
        if (!kept || kept->hidden_until <= now)
            return Error(Errc::conflict, "queue_receipt_stale",
                         "Somebody else may have received this message.");
        kept->hidden_until = now + from_now;
    }
    changed_.notify_all();
    return {};
}

Status MemoryQueue::remove(std::string_view receipt) {
    std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    std::erase_if(messages_, [&](const auto& entry) { return entry.second.receipt == receipt; });
    return {};
}

void MemoryQueue::fail_with(std::optional<Error> failure) {
    {
        std::lock_guard lock(mutex_);
        failure_ = std::move(failure);
    }
    changed_.notify_all();
}

std::size_t MemoryQueue::size() const {
    std::lock_guard lock(mutex_);
    return messages_.size();
}

std::size_t MemoryQueue::visible() const {
    std::lock_guard lock(mutex_);
    const auto now = clock_.steady_now();
    return static_cast<std::size_t>(
        std::count_if(messages_.begin(), messages_.end(),
                      [&](const auto& entry) { return entry.second.hidden_until <= now; }));
}

MemoryQueue::Kept* MemoryQueue::find(std::string_view receipt) {
    const auto found = std::find_if(messages_.begin(), messages_.end(), [&](const auto& entry) {
        return entry.second.receipt == receipt;
    });
    return found == messages_.end() ? nullptr : &found->second;
}

}  // namespace kitchen::testkit
