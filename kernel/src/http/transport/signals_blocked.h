// While it lives, new threads get no signals but those of their own faults.
//
// Thread-safety: of its thread alone.
#pragma once

#include <pthread.h>
#include <signal.h>

namespace kitchen::http {

// Threads inherit the mask: signals are for the thread that waits for them, never for these. The
// signals of faults stay: blocked, they would end the process without the line that names the
// plugin (host/crash_report.cpp).
class SignalsBlocked {
public:
    SignalsBlocked() noexcept {
        sigset_t most;
        sigfillset(&most);
        for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS})
            sigdelset(&most, fault);
        pthread_sigmask(SIG_SETMASK, &most, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    sigset_t before_;
};

}  // namespace kitchen::http
