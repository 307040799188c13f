// What threads that have no request wait at: the connections of one worker of the transport.
//
// A thread that polls finds requests, and goes on with them itself; another one polls meanwhile
// when it has to wait. So a request that waits for nothing is read, carried out and responded to
// without a switch between threads.
#pragma once

namespace kitchen::http {

class Poller {
public:
    /// With `wait`, waits for an event or interrupt(), and deals with it: what comes of it can be
    /// run before the next one is looked at. Otherwise deals with all events that there are. One
    /// thread at a time, not always the same.
    virtual void poll(bool wait) noexcept = 0;
    /// Lets a poll() that waits return, or else the next one. Any thread.
    virtual void interrupt() noexcept = 0;

protected:
    ~Poller() = default;
};

}  // namespace kitchen::http
