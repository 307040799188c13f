// Which entries of the shared cache count: those written under the current generation, a random
// token that all replicas read from one key.
//
// A change of the menu begins a new generation, whereby everything under the old one is forgotten
// at once, and tells the other replicas by a message. A replica that the message does not reach
// finds the new token when it looks next, `revalidate` later at most. A token is only used once it
// stands in the cache, and a token that was left never counts again, however it comes back (a
// failover, an outage during which a memory stood in for the cache): so what is read under a token
// was read from the store after every change that the token stands for.
//
// When the cache cannot be reached there is no current token, and callers do without the shared
// cache.
//
// Thread-safety: all calls, from any thread, except open() and close(), which come from one.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kitchen/cache.h"
#include "kitchen/clock.h"
#include "kitchen/random.h"

namespace kitchen::catalog {

class Generation {
public:
    using Millis = std::chrono::milliseconds;

    /// `forget` is called at each change, from whatever side it comes, after the old token has been
    /// left. `memory`: for how long a token that was left is remembered; longer than an entry of
    /// the shared cache lives. All must outlive this.
    Generation(Cache& cache, const Clock& clock, Random& random, Millis revalidate, Millis memory,
               std::function<void()> forget);

    /// Listens, and begins a generation: this process may have died before between a change and the
    /// word of it.
    void open();
    /// No call is under way when it returns.
    void close() { subscription_.reset(); }

    /// The menu has changed. Takes as long as two calls of the cache, or one that fails; what could
    /// not be written is written later.
    void renew();
    /// Looks whether there is a new generation, if that is due. With a `revalidate` of 0 it always
    /// is, and false means that it could not be told: then only the store knows. Otherwise true.
    bool refresh();
    /// The token to read and write under now; nothing: leave the shared cache alone.
    std::optional<std::string> current() const;
    /// The cache did not answer: leave it alone until the next look.
    void away();

private:
    using Time = std::chrono::steady_clock::time_point;

    void heard(std::string_view token);
    /// Whether what was found still holds.
    bool look(std::uint64_t changes_seen);
    bool is_strict() const { return revalidate_ == Millis::zero(); }
    std::string new_token() { return replica_ + random_.hex(8); }
    bool is_own(std::string_view token) const { return token.starts_with(replica_); }
    // With the mutex held:
    void leave_token();
    /// For a token that is not the current one: own ones are known without a list.
    bool was_left(std::string_view token) const;
    void look_at(Time when) { next_look_.store(when, std::memory_order_relaxed); }

    Cache& cache_;
    const Clock& clock_;
    Random& random_;
    const Millis revalidate_, memory_;
    const std::function<void()> forget_;
    const std::string replica_;  // what the tokens of this process begin with
    std::shared_ptr<void> subscription_;

    std::atomic<Time> next_look_{Time::min()};
    mutable std::mutex mutex_;
    std::string token_;  // "": none is known
    bool reachable_ = false;
    bool looking_ = false;
    int writing_ = 0;  // changes of ours on their way into the cache
    std::uint64_t changes_ = 0;
    std::deque<std::pair<Time, std::string>>
        left_;  // tokens of others that count no more, while entries under them may live
};

}  // namespace kitchen::catalog
