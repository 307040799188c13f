// A mail in the outbox, as its parts know it.
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/mailer.h"
#include "kitchen/time.h"
#include "kitchen/tracing.h"

namespace kitchen::outbox {

enum class MailState : std::uint8_t { waiting, sent, dead };

std::string_view to_text(MailState state);
std::optional<MailState> parse_state(std::string_view name);
std::vector<std::string> names_of(MailState);

/// What an administrator may see: all but the bodies.
struct OutgoingMail {
    std::int64_t id = 0;
    std::string to;
    std::string subject;      ///< "" until an unwritten mail was tried to be sent
    std::string key, writer;  ///< as put in; without a writer: written
    MailState state = MailState::waiting;
    std::int64_t attempts = 0;
    std::optional<Timestamp>
        due_at;  ///< of a waiting one: the next attempt, or the end of the present one's lease
    std::string last_error;  ///< "" for none
    std::optional<Timestamp> sent_at;
    Timestamp created_at, updated_at;
};

/// A mail that one worker may send, until the lease ends.
struct LeasedMail {
    std::int64_t id = 0;
    std::string lease_token;
    Timestamp lease_end;
    std::string key, writer;    ///< as in OutgoingMail
    Mail mail;                  ///< the idempotency key is the one for the mailer
    std::int64_t attempts = 0;  ///< this one included
    TraceContext trace;         ///< of its cause
};

}  // namespace kitchen::outbox
