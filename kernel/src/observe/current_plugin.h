// Which plugin's code this thread is in, and in what call of it: what a plugin prepares can be told
// from what others do, and the last line of a process that crashes names the plugin.
//
// Thread-safety: each thread has its own; readable from a signal handler on that thread.
#pragma once

#include <string_view>
#include <utility>

namespace kitchen::observe {

class CurrentPlugin {
public:
    struct Place {
        std::string_view id;  ///< empty outside every plugin
        std::string_view
            call;  ///< "start", the pattern of a route, the name of a middleware or job
        std::string_view request_id;  ///< empty for none
        std::string_view method;      ///< of a route; empty for other calls
    };

    /// Until the scope ends. The texts must live as long.
    CurrentPlugin(std::string_view id, std::string_view call, std::string_view request_id = {},
                  std::string_view method = {}) noexcept
        : before_(std::exchange(current_, {id, call, request_id, method})) {}
    ~CurrentPlugin() { current_ = before_; }
    CurrentPlugin(const CurrentPlugin&) = delete;
    CurrentPlugin& operator=(const CurrentPlugin&) = delete;

    static Place place() noexcept { return current_; }

private:
    static inline constinit thread_local Place current_{};
    const Place before_;
};

}  // namespace kitchen::observe
