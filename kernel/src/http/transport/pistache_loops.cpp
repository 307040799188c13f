// The one source file that knows Pistache: its reactor (an epoll set and a thread for each worker)
// drives our sinks.
//
// Why only this much of it: docs/adr/0001-transport.md.
#include <pistache/os.h>
#include <pistache/reactor.h>

#include <exception>
#include <stdexcept>
#include <string>

#include "event_loop.h"
#include "tcp_socket.h"

namespace kitchen::http {
namespace {

namespace Aio = Pistache::Aio;
namespace Polling = Pistache::Polling;

Polling::NotifyOn to_notify_on(Interest interest) {
    auto flags = Polling::NotifyOn::None;
    if (interest.read) flags = flags | Polling::NotifyOn::Read;
    if (interest.write) flags = flags | Polling::NotifyOn::Write;
    return flags;
}

// One worker's part. The reactor holds one handler and no more: with two, its tags collide (the
// shift that should separate them is computed in bytes, and is 0).
class LoopHandler final : public Aio::Handler, public EventLoop {
public:
    void set_sink(EventSink& sink) { sink_ = &sink; }
    UniqueFd take_leaked_descriptor() { return std::move(leaked_); }

    // Pistache's side.
    std::shared_ptr<Aio::Handler> clone() const override { return std::make_shared<LoopHandler>(); }

    // Called with a set that holds the reactor's shutdown eventfd and nothing else. Pistache never
    // closes that one, so we find it, to close it in its stead: modifying succeeds for members of
    // the set alone, and what is set here is what it had.
    void registerPoller(Polling::Epoll& poller) override {
        constexpr int highest_tried = 1 << 16;
        for (int fd = 0; fd < highest_tried && !leaked_; ++fd) {
            try {
                poller.rearmFd(fd, Pistache::Flags<Polling::NotifyOn>(Polling::NotifyOn::Read),
                               Polling::Tag(static_cast<std::uint64_t>(fd)), Polling::Mode::Edge);
                leaked_.reset(fd);
            } catch (const std::exception&) {}
        }
    }

    void onReady(const Aio::FdSet& events) override {
        for (const auto& event : events) {
            const auto tag = event.getTag().value();
            if (tag < first_tag) continue;
            Readiness readiness{event.isReadable(), event.isWritable(), event.isHangup()};
            // EPOLLERR has no flag here: an event without any is one.
            if (!readiness.readable && !readiness.writable) readiness.gone = true;
            sink_->on_ready(tag, readiness);
        }
    }

    // Our side.
    bool watch(int fd, std::uint64_t tag, Interest interest) noexcept override {
        return quietly(
            [&] { reactor()->registerFd(key(), fd, to_notify_on(interest), Polling::Tag(tag)); });
    }
    bool change(int fd, std::uint64_t tag, Interest interest) noexcept override {
        return quietly(
            [&] { reactor()->modifyFd(key(), fd, to_notify_on(interest), Polling::Tag(tag)); });
    }
    void unwatch(int fd) noexcept override {
        quietly([&] { reactor()->removeFd(key(), fd); });
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

    EventSink* sink_ = nullptr;
    UniqueFd leaked_;
};

class PistacheLoops final : public EventLoops {
public:
    explicit PistacheLoops(const std::vector<EventSink*>& sinks)
        : reactor_(Aio::Reactor::create()) {
        reactor_->init(Aio::AsyncContext(sinks.size(), "http"));
        const auto key = reactor_->addHandler(std::make_shared<LoopHandler>());
        for (const auto& handler : reactor_->handlers(key)) {
            auto loop = std::static_pointer_cast<LoopHandler>(handler);
            loop->set_sink(*sinks.at(loops_.size()));
            loops_.push_back(std::move(loop));
        }
    }

    ~PistacheLoops() override { stop(); }

    EventLoop& loop(std::size_t worker) override { return *loops_.at(worker); }

    void start() override {
        try {
            reactor_->run();
        } catch (...) {
            stop();
            throw;
        }
    }

    // Shutting down twice, or before a worker has come to run, is safe: it sets a flag that the
    // worker reads first. The threads are joined by the reactor's destructor, which would wait for
    // ever without the shutdown.
    void stop() noexcept override {
        if (!reactor_) return;
        std::vector<UniqueFd> leaked;
        try {
            reactor_->shutdown();
        } catch (const std::exception&) {
            // Only when the shutdown eventfd cannot be written, which cannot be: its counter does
            // not overflow.
            std::terminate();
        }
        for (auto& loop : loops_) leaked.push_back(loop->take_leaked_descriptor());
        reactor_.reset();
        loops_.clear();
    }

private:
    std::shared_ptr<Aio::Reactor> reactor_;
    std::vector<std::shared_ptr<LoopHandler>> loops_;
};

}  // namespace

std::unique_ptr<EventLoops> make_pistache_loops(const std::vector<EventSink*>& sinks) {
    if (sinks.empty() || sinks.size() > 255)
        throw std::runtime_error("the number of HTTP workers must be 1 to 255");
    return std::make_unique<PistacheLoops>(sinks);
}

}  // namespace kitchen::http
