// The one source file that knows Pistache: its poller, an epoll set, drives our sinks.
//
// Why only this much of it: docs/adr/0001-transport.md.
#include <pistache/os.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "event_loop.h"

namespace kitchen::http {
namespace {

namespace Polling = Pistache::Polling;

Pistache::Flags<Polling::NotifyOn> flags_of(Interest interest) {
    Pistache::Flags<Polling::NotifyOn> flags;
    if (interest.read) flags.setFlag(Polling::NotifyOn::Read);
    if (interest.write) flags.setFlag(Polling::NotifyOn::Write);
    return flags;
}

class PistacheLoop final : public EventLoop {
public:
    bool watch(int fd, std::uint64_t tag, Interest interest) noexcept override {
        return quietly([&] { set_.addFd(fd, flags_of(interest), Polling::Tag(tag)); });
    }
    bool change(int fd, std::uint64_t tag, Interest interest) noexcept override {
        return quietly([&] { set_.rearmFd(fd, flags_of(interest), Polling::Tag(tag)); });
    }
    void unwatch(int fd) noexcept override {
        quietly([&] { set_.removeFd(fd); });
    }

    bool poll_one(EventSink& sink) noexcept override {
        if (next_ == events_.size()) begin_round(-1);
        if (next_ < events_.size()) tell(sink, events_[next_++]);
        return next_ < events_.size();
    }
    void poll_all(EventSink& sink) noexcept override {
        if (next_ == events_.size()) begin_round(0);
        while (next_ < events_.size()) tell(sink, events_[next_++]);
    }

private:
    template <typename Call>
    static bool quietly(Call&& call) noexcept {
        try {
            call();
            return true;
        } catch (const std::exception&) {
            return false;
        }
    }

    void begin_round(int wait_ms) noexcept {
        events_.clear();
        next_ = 0;
        // Out of memory: level-triggered, the events come again.
        quietly([&] { set_.poll(events_, std::chrono::milliseconds(wait_ms)); });
    }
    static void tell(EventSink& sink, Polling::Event event) noexcept {
        Readiness readiness{event.flags.hasFlag(Polling::NotifyOn::Read),
                            event.flags.hasFlag(Polling::NotifyOn::Write),
                            event.flags.hasFlag(Polling::NotifyOn::Hangup)};
        // EPOLLERR has no flag here: an event without any is one.
        if (!readiness.readable && !readiness.writable) readiness.gone = true;
        sink.on_ready(event.tag.value(), readiness);
    }

    Polling::Epoll set_;
    std::vector<Polling::Event> events_;  ///< of the last round
    std::size_t next_ = 0;                ///< of them
};

}  // namespace

std::unique_ptr<EventLoop> make_pistache_loop() {
    try {
        return std::make_unique<PistacheLoop>();
    } catch (const std::exception&) {
        throw std::runtime_error("cannot start an HTTP worker: out of descriptors");
    }
}

}  // namespace kitchen::http
