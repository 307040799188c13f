// A sender of messages beside which stands what became of the last one: the kernel puts one around
// every provider of mailer/1 and of sms/1, so that none has to tell /health/ itself.
//
// Thread-safety: as the sender. Ownership: refers to the sender; outlives those who use it.
#pragma once

#include "kitchen/mailer.h"
#include "kitchen/sms.h"
#include "observe/last_outcome.h"

namespace kitchen::observe {

template <class Sender, class Message>
class WatchedSender final : public Sender {
public:
    explicit WatchedSender(Sender& sender) : sender_(sender) {}

    Status send(const Message& message) override {
        Status sent = sender_.send(message);
        // A message that will never be taken says nothing of the service.
        if (sent || sent.error().kind != Errc::unprocessable) last_.note(sent);
        return sent;
    }
    Status last() const { return last_.status(); }

private:
    Sender& sender_;
    LastOutcome last_;
};

using WatchedMailer = WatchedSender<Mailer, Mail>;
using WatchedSmsSender = WatchedSender<SmsSender, Sms>;

}  // namespace kitchen::observe
