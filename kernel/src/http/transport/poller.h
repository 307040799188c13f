// What threads that have no request wait at: the connections of one worker of the transport.
//
// A thread that polls finds requests, and goes on with them itself; another one polls meanwhile
// when it has to wait. So a request that waits for nothing is read, carried out and responded to
// without a switch between threads.
//
// poll_one() and poll_all() are called by one thread at a time, not always the same. What they do
// themselves (inline routes) must not block: no other thread can poll meanwhile.
#pragma once

namespace kitchen::http {

class Poller {
public:
    /// Deals with one event, for which it waits, and says whether others have come with it: what
    /// comes of the first can be run before the next one is looked at.
    virtual bool poll_one() noexcept = 0;
    /// Deals with all events that there are, without waiting.
    virtual void poll_all() noexcept = 0;
    /// Lets a poll_one() that waits return, or else the next one. Any thread.
    virtual void interrupt() noexcept = 0;

protected:
    ~Poller() = default;
};

}  // namespace kitchen::http
