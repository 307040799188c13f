// The seam to the library that polls. Asio or plain epoll could stand here.
//
// Everything is identified by a tag that is never used twice, not by descriptor number, so an event
// that was queued for a descriptor closed since then finds no connection. All watching is
// level-triggered.
#pragma once

#include <cstdint>
#include <memory>

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

/// Called by the thread that polls.
class EventSink {
public:
    virtual ~EventSink() = default;
    virtual void on_ready(std::uint64_t tag, Readiness readiness) noexcept = 0;
};

/// One worker's set of descriptors. Thread-safe but for polling. Failure is a value: false.
class EventLoop {
public:
    virtual ~EventLoop() = default;
    virtual bool watch(int fd, std::uint64_t tag, Interest interest) noexcept = 0;
    virtual bool change(int fd, std::uint64_t tag, Interest interest) noexcept = 0;
    virtual void unwatch(int fd) noexcept = 0;
    // See Poller, which tells the sink.
    virtual bool poll_one(EventSink& sink) noexcept = 0;
    virtual void poll_all(EventSink& sink) noexcept = 0;
};

/// On Pistache's poller. Throws std::runtime_error when descriptors have run out.
std::unique_ptr<EventLoop> make_pistache_loop();

}  // namespace kitchen::http
