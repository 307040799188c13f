// The line between the server and the process of one plugin: a pair of sockets that the process
// inherits. Messages go both ways, each with its length in front; when one end is gone, the other
// reads that.
//
//     server → process   the text of the configuration; "start"; the end: stop
//     process → server   {"routes": […]} or {"error": […]}; "up" or {"error": […]}
//
// Thread-safety: one thread at each end.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kitchen/unique_fd.h"

namespace kitchen::isolate {

class ControlChannel {
public:
    ControlChannel() = default;
    explicit ControlChannel(UniqueFd fd) noexcept : fd_(std::move(fd)) {}
    /// Both ends; throws std::system_error.
    static std::pair<ControlChannel, ControlChannel> make();

    /// False when the other end is gone.
    bool write(std::string_view message) noexcept;
    enum class Came { nothing, message, end };
    Came wait(std::chrono::milliseconds at_most) noexcept;
    /// Blocks until a message is there. Nothing when the other end is gone.
    std::optional<std::string> read();
    void close() noexcept { fd_.reset(); }
    int fd() const noexcept { return fd_.get(); }

private:
    UniqueFd fd_;
};

}  // namespace kitchen::isolate
