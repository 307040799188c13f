// A stand-in for events/1, for tests of classes that emit.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/events.h"

namespace kitchen::tests {

/// Remembers what was emitted, rolled back or not: "order.placed/1 {…}".
class FakeEvents final : public Events {
public:
    std::vector<std::string> emitted() const {
        const std::lock_guard lock(mutex_);
        return emitted_;
    }

protected:
    void declare_event(std::string_view, std::string_view) override {}
    Status emit_event(Transaction&, std::string_view event, std::string data) override {
        const std::lock_guard lock(mutex_);
        emitted_.push_back(std::string(event) + ' ' + data);
        return {};
    }
    void subscribe(std::string_view, std::string_view, std::string_view, Handler) override {}

private:
    mutable std::mutex mutex_;
    std::vector<std::string> emitted_;
};

}  // namespace kitchen::tests
