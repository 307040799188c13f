#include "message_bus.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace kitchen {

namespace {

struct Subscription {
    std::string channel;
    MessageBus::Subscriber
        call;  // emptied when cancelled, so that what it captured goes with the handle
    bool cancelled = false;
    bool cancelled_by_itself = false;  // from within its own call
};

struct Waiting {
    std::vector<std::shared_ptr<Subscription>> receivers;
    std::string message;
};

}  // namespace

struct MessageBus::State {
    explicit State(Logger* logger) : log(logger) {}

    Logger* const log;
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, std::vector<std::shared_ptr<Subscription>>, std::less<>> channels;
    std::deque<Waiting> queue;
    std::size_t waiting_bytes = 0;
    const Subscription* running = nullptr;  // the one being called
    bool stopping = false;
    std::thread thread;
    std::thread::id thread_id;  // also while stop() waits for it

    static std::size_t cost(const std::string& message) { return message.size() + sizeof(Waiting); }

    void run() {
        std::unique_lock lock(mutex);
        for (;;) {
            changed.wait(lock, [this] { return stopping || !queue.empty(); });
            if (stopping) return;
            Waiting next = std::move(queue.front());
            queue.pop_front();
            waiting_bytes -= cost(next.message);
            for (const auto& receiver : next.receivers) {
                if (stopping) return;
                if (!receiver->cancelled) deliver(lock, receiver, next.message);
            }
        }
    }

    void deliver(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Subscription>& receiver,
                 const std::string& message) {
        running = receiver.get();
        lock.unlock();
        try {
            receiver->call(message);
        } catch (const std::exception& e) {
            if (log)
                log->error("a cache subscriber threw",
                           {{"channel", receiver->channel}, {"error", e.what()}});
        } catch (...) {
            if (log) log->error("a cache subscriber threw", {{"channel", receiver->channel}});
        }
        lock.lock();
        running = nullptr;
        Subscriber finished;
        if (receiver->cancelled_by_itself) finished = std::move(receiver->call);
        changed.notify_all();
        if (finished) {
            lock.unlock();  // what it captured may call us when it goes
            finished = nullptr;
            lock.lock();
        }
    }

    void cancel(const std::shared_ptr<Subscription>& subscription) {
        Subscriber gone;
        std::unique_lock lock(mutex);
        subscription->cancelled = true;
        if (auto found = channels.find(subscription->channel); found != channels.end()) {
            std::erase(found->second, subscription);
            if (found->second.empty()) channels.erase(found);
        }
        if (running == subscription.get() && std::this_thread::get_id() == thread_id) {
            subscription->cancelled_by_itself =
                true;  // waiting for ourselves would never end; deliver() drops the function
            return;
        }
        changed.wait(lock, [&] { return running != subscription.get(); });
        gone = std::move(subscription->call);
        lock.unlock();
    }
};

MessageBus::MessageBus(Logger* log) : state_(std::make_shared<State>(log)) {}

MessageBus::~MessageBus() { stop(); }

bool MessageBus::publish(std::string_view channel, std::string_view message) {
    std::lock_guard lock(state_->mutex);
    const auto found = state_->channels.find(channel);
    if (found == state_->channels.end() || state_->stopping) return true;
    Waiting waiting{found->second, std::string(message)};
    const std::size_t cost = State::cost(waiting.message);
    if (state_->waiting_bytes + cost > max_waiting_bytes) return false;
    state_->queue.push_back(std::move(waiting));
    state_->waiting_bytes += cost;
    state_->changed.notify_all();
    return true;
}

std::shared_ptr<void> MessageBus::subscribe(std::string_view channel, Subscriber subscriber) {
    auto subscription = std::make_shared<Subscription>();
    subscription->channel = channel;
    subscription->call = std::move(subscriber);
    {
        std::lock_guard lock(state_->mutex);
        if (!state_->thread.joinable() && !state_->stopping) {
            state_->thread = std::thread([state = state_.get()] { state->run(); });
            state_->thread_id = state_->thread.get_id();
        }
        state_->channels[subscription->channel].push_back(subscription);
    }
    Subscription* const raw = subscription.get();
    return {raw, [state = state_, subscription = std::move(subscription)](void*) {
                state->cancel(subscription);
            }};
}

void MessageBus::stop() {
    std::thread ended;
    {
        std::lock_guard lock(state_->mutex);
        state_->stopping = true;
        state_->changed.notify_all();
        ended.swap(state_->thread);
    }
    if (ended.joinable()) ended.join();
    std::deque<Waiting> dropped;
    std::lock_guard lock(state_->mutex);
    dropped.swap(state_->queue);
    state_->waiting_bytes = 0;
}

}  // namespace kitchen
