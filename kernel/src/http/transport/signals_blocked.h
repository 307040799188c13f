// While it lives, new threads get no signals.
//
// Thread-safety: of its thread alone.
#pragma once

#include <pthread.h>
#include <signal.h>

namespace kitchen::http {

// Threads inherit the mask: signals are for the thread that waits for them, never for these.
class SignalsBlocked {
public:
    SignalsBlocked() noexcept {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    sigset_t before_;
};

}  // namespace kitchen::http
