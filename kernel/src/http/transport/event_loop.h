// The seam to the library that polls: N workers, each an epoll set and a thread. Asio or plain
// epoll could stand here.
//
// Everything is identified by a tag that is never used twice, not by descriptor number, so an event
// that was queued for a descriptor closed since then finds no connection. All watching is
// level-triggered.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace kitchen::http {

struct Interest {
    bool read = false;
    bool write = false;
    bool operator==(const Interest&) const = default;
};

struct Readiness {
    bool readable = false;
    bool writable = false;
    bool gone = false;  ///< both directions are closed, or the socket failed
};

/// Called on the worker's thread.
class EventSink {
public:
    virtual ~EventSink() = default;
    virtual void on_ready(std::uint64_t tag, Readiness readiness) noexcept = 0;
};

/// One worker's set of descriptors. Thread-safe. Failure is a value: false.
class EventLoop {
public:
    virtual ~EventLoop() = default;
    virtual bool watch(int fd, std::uint64_t tag, Interest interest) noexcept = 0;
    virtual bool change(int fd, std::uint64_t tag, Interest interest) noexcept = 0;
    virtual void unwatch(int fd) noexcept = 0;
};

class EventLoops {
public:
    virtual ~EventLoops() = default;  ///< stops
    virtual EventLoop& loop(std::size_t worker) = 0;
    /// Starts the threads. Throws when one cannot be started; then none is left running.
    virtual void start() = 0;
    /// Joins the threads. Idempotent. Not to be called from one of them.
    virtual void stop() noexcept = 0;
};

/// The smallest tag a sink may use; those below belong to the library.
inline constexpr std::uint64_t first_tag = std::uint64_t{1} << 32;

/// One worker for each sink, on Pistache's reactor.
std::unique_ptr<EventLoops> make_pistache_loops(const std::vector<EventSink*>& sinks);

}  // namespace kitchen::http
