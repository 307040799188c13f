// Says that the thread of a request waits for its turn, or for what another request finds out: it
// is parked, and the server lets another thread take its place, so that no other request is kept
// waiting. Store and cache say so themselves; this is for a plugin that has a queue of its own. The
// plugin bounds how many are parked: each of them is one more thread, which stays.
//
//     const Parked parked(waits_);
//     turn.wait(lock);
//
// Thread-safety: begin() and end() on the thread that waits, in pairs. On a thread that serves no
// request they do nothing. Owned by the kernel; lives longer than every plugin.
#pragma once

#include <string_view>

namespace kitchen {

class Waits {
public:
    using Interface = Waits;
    static constexpr std::string_view interface_name = "waits/1";
    virtual ~Waits() = default;
    virtual void begin() noexcept = 0;
    virtual void end() noexcept = 0;
};

class Parked {
public:
    explicit Parked(Waits& waits) noexcept : waits_(waits) { waits_.begin(); }
    ~Parked() { waits_.end(); }
    Parked(const Parked&) = delete;
    Parked& operator=(const Parked&) = delete;

private:
    Waits& waits_;
};

}  // namespace kitchen
