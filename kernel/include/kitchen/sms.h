// sms/1: hands one text message to whatever delivers it.
//
// Errors: unavailable (try again later; `retry_after` when the service said so), too_many_requests
// (likewise), unprocessable (this message will never be taken: a number that takes none, or what a
// member's comment rules out). Blocks until the service has responded: call it from a job, never
// from a request. Thread-safety: all calls, from any thread. Ownership: the sender belongs to its
// plugin.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "kitchen/result.h"

namespace kitchen {

struct Sms {
    /// In code points. A service may count those that GSM 03.38 lacks as more than one, and refuse
    /// fewer of them.
    static constexpr std::size_t longest_text = 1600;

    std::string to;  ///< one phone number in E.164 (ITU-T), "+2348031234567"
    /// UTF-8 without NUL, not empty. Beyond 160 characters of GSM 03.38, or 70 when one of them is
    /// not in it, it costs more than one message.
    std::string text;
    /// Not empty; new_mail_key() (kitchen/mailer.h) makes one. The same key means the same message:
    /// a sender that has taken it once reports success and does not send again, where the service
    /// behind it can. Where it cannot, a message whose response was lost (`unavailable`) comes
    /// twice when it is sent again.
    std::string idempotency_key;
};

class SmsSender {
public:
    using Interface = SmsSender;
    static constexpr std::string_view interface_name = "sms/1";
    virtual ~SmsSender() = default;
    /// Success: the message has been taken; whether it arrives, networks rarely tell.
    virtual Status send(const Sms& sms) = 0;
};

}  // namespace kitchen
