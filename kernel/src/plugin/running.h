// Which plugin's code a thread is in, so that the last line of a process that ends by it can name
// the plugin.
//
// Thread-safety: one value a thread; readable from a signal handler on that thread.
#pragma once

#include <string>

namespace kitchen::plugin {

/// Says where this thread is for as long as it lives; the one before is restored then.
class Running {
public:
    /// "plugin 'x' (/path/x.so), while it is loaded"
    explicit Running(std::string where);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    const std::string where_;
    const char* const before_;
};

/// Of this thread; nullptr outside every plugin.
const char* running() noexcept;

}  // namespace kitchen::plugin
