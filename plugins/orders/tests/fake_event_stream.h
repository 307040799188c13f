// The open end of a streamed answer without a connection: keeps what was written.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "kitchen/http/response.h"

namespace kitchen::tests {

class FakeEventStream final : public http::EventStream {
public:
    bool write(std::string_view bytes) override {
        const std::lock_guard lock(mutex_);
        if (open_) written_ += bytes;
        return open_;
    }
    /// Also what happens when the client leaves.
    void close() override {
        std::vector<std::function<void()>> callbacks;
        {
            const std::lock_guard lock(mutex_);
            open_ = false;
            callbacks.swap(callbacks_);
        }
        for (const auto& callback : callbacks) callback();
    }
    bool is_open() const override {
        const std::lock_guard lock(mutex_);
        return open_;
    }
    void on_close(std::function<void()> callback) override {
        {
            const std::lock_guard lock(mutex_);
            if (open_) return callbacks_.push_back(std::move(callback));
        }
        callback();
    }

    std::string written() const {
        const std::lock_guard lock(mutex_);
        return written_;
    }
    /// The ids of what was written, "1 2 3".
    std::string ids() const {
        const std::string text = written();
        std::string ids;
        for (std::size_t at = 0; (at = text.find("id: ", at)) != std::string::npos; at += 4) {
            if (at > 0 && text[at - 1] != '\n') continue;
            ids += (ids.empty() ? "" : " ") + text.substr(at + 4, text.find('\n', at) - at - 4);
        }
        return ids;
    }

private:
    mutable std::mutex mutex_;
    std::string written_;
    bool open_ = true;
    std::vector<std::function<void()>> callbacks_;
};

}  // namespace kitchen::tests
