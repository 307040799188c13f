// A mailer beside which stands what became of the last mail: the kernel puts one around every
// provider of mailer/1, so that none has to tell /health/ itself.
//
// Thread-safety: as Mailer. Ownership: refers to the mailer; outlives those who use it.
#pragma once

#include "kitchen/mailer.h"
#include "observe/last_outcome.h"

namespace kitchen::observe {

class WatchedMailer final : public Mailer {
public:
    explicit WatchedMailer(Mailer& mailer) : mailer_(mailer) {}

    Status send(const Mail& mail) override {
        Status sent = mailer_.send(mail);
        // A mail that will never be taken says nothing of the service.
        if (sent || sent.error().kind != Errc::unprocessable) last_.note(sent);
        return sent;
    }
    Status last() const { return last_.status(); }

private:
    Mailer& mailer_;
    LastOutcome last_;
};

}  // namespace kitchen::observe
