// Whose code the kernel has called on this thread: a constructor or a step of a life cycle, so that
// what it prepares can be told from that of others.
//
// Thread-safety: each thread has its own.
#pragma once

#include <string_view>
#include <utility>

namespace kitchen::observe {

class CurrentPlugin {
public:
    /// Until the scope ends. `id` must live as long.
    explicit CurrentPlugin(std::string_view id) noexcept : before_(std::exchange(current_, id)) {}
    ~CurrentPlugin() { current_ = before_; }
    CurrentPlugin(const CurrentPlugin&) = delete;
    CurrentPlugin& operator=(const CurrentPlugin&) = delete;

    /// Empty outside of such a call.
    static std::string_view id() noexcept { return current_; }

private:
    static inline thread_local std::string_view current_;
    const std::string_view before_;
};

}  // namespace kitchen::observe
