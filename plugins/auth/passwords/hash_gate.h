// Lets so many callers through at once and so many more wait; refuses the rest at once. Keeps the
// threads and the memory that costly hashing takes bounded.
//
// Clients take turns, however many requests one of them sends, and when no more may wait, a
// newcomer takes the place of the latest request of the client that has most of them waiting: fair
// queueing with longest-queue drop (P. McKenney, "Stochastic Fairness Queueing", 1990). So one
// client that sends guess upon guess slows down itself, and uses what no other client wants.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "kitchen/result.h"

namespace kitchen::auth {

class HashGate {
public:
    /// `parallelism` >= 1 callers work, `queue` more may wait, each for so long.
    HashGate(std::size_t parallelism, std::size_t queue,
             std::chrono::milliseconds patience = std::chrono::seconds(20))
        : parallelism_(parallelism), queue_(queue), patience_(patience) {}

    /// A place inside; leaves it when destroyed. The gate must outlive it.
    class Pass {
    public:
        explicit Pass(HashGate& gate) noexcept : gate_(&gate) {}
        Pass(Pass&& other) noexcept : gate_(other.gate_) { other.gate_ = nullptr; }
        Pass& operator=(Pass&&) = delete;
        ~Pass() {
            if (gate_ != nullptr) gate_->leave();
        }

    private:
        HashGate* gate_;
    };

    /// Waits for a place, which those inside leave after some tens of milliseconds. `client`: whose
    /// turn it takes; those without a name share one. Error: unavailable "busy" with a Retry-After
    /// of one second, when too many wait already, when others who wait less get the place, and when
    /// it has waited too long: then its client has hardly stayed.
    Result<Pass> enter(std::string_view client = {});

    std::size_t waiting() const;
    std::size_t inside() const;

private:
    struct Client {
        std::size_t waiting = 0;
        std::uint64_t last_turn = 0;  ///< 0: none yet since it began to wait
    };
    using Clients = std::map<std::string, Client, std::less<>>;
    struct Waiter {
        enum class Fate : std::uint8_t { open, admitted, dropped };
        const Clients::iterator client;
        Fate fate = Fate::open;
        std::condition_variable decided;
    };

    bool make_room(std::string_view newcomer);
    void leave() noexcept;
    void admit_next() noexcept;
    /// Takes it off the list, and tells it.
    void decide(const std::deque<Waiter*>::iterator& waiter, Waiter::Fate fate) noexcept;

    const std::size_t parallelism_, queue_;
    const std::chrono::milliseconds patience_;
    mutable std::mutex mutex_;
    std::deque<Waiter*> waiters_;  ///< as they came
    Clients clients_;              ///< of those who wait
    std::uint64_t turn_ = 0;
    std::size_t inside_ = 0;
};

}  // namespace kitchen::auth
