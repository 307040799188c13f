// The messages that a subscriber of a cache has heard.
//
// Thread-safety: all calls, from any thread. It must outlive the subscription.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/cache.h"

namespace kitchen::testkit {

class Inbox {
public:
    Cache::Subscriber subscriber() {
        return [this](std::string_view message) {
            std::lock_guard lock(mutex_);
            messages_.emplace_back(message);
            changed_.notify_all();
        };
    }
    /// False when the message has not come within 30 s.
    bool wait_for(std::string_view message) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(30), [&] {
            return std::count(messages_.begin(), messages_.end(), message) > 0;
        });
    }
    std::vector<std::string> messages() const {
        std::lock_guard lock(mutex_);
        return messages_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> messages_;
};

}  // namespace kitchen::testkit
