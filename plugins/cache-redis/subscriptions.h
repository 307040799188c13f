// Published messages to the subscribers of this process: one connection that listens, and one
// thread (a MessageBus) that calls.
//
// The listening thread starts with the first subscription and subscribes again whenever the server
// is found anew; what was published meanwhile is lost, as the contract of cache/1 allows. An idle
// connection is asked for a sign of life.
//
// Thread-safety: all calls, from any thread, also from within a subscriber; stop() and the
// destructor not from within one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "kitchen/cache.h"
#include "kitchen/log.h"

namespace kitchen::redis {

class DamageCounter;
class Envelope;
class RedisClient;

class Subscriptions {
public:
    /// Between two signs of life of an idle connection.
    static constexpr std::chrono::seconds sign_of_life{5};

    /// All must outlive it, but not the handles. `prefix`: of the channels' names in Redis,
    /// which may come later than the object and earlier than the first subscription.
    Subscriptions(RedisClient& client, const Envelope& envelope, DamageCounter& damage, Logger& log,
                  const std::string& prefix);
    ~Subscriptions();

    /// Waits until the server has confirmed, as long as a command may take, unless it is away.
    std::shared_ptr<void> subscribe(std::string_view channel, Cache::Subscriber subscriber);
    /// To the subscribers of this process only.
    void deliver(std::string_view channel, std::string_view message);
    /// The server came or went: look at once.
    void wake();
    /// No subscriber is called once it has returned. Idempotent.
    void stop();

private:
    struct State;
    std::shared_ptr<State> state_;  // shared with the handles
};

}  // namespace kitchen::redis
