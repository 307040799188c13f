// sms/1: hands one text message to whatever delivers it.
//
// Errors: unavailable (try again later; `retry_after` when the service said so), too_many_requests
// (likewise), unprocessable (this message will never be taken: a number that takes none). Blocks
// until the service has answered: call it from a job, never from a request. Thread-safety: all
// calls, from any thread. Ownership: the sender belongs to its plugin.
#pragma once

#include <string>
#include <string_view>

#include "kitchen/result.h"

namespace kitchen {

struct Sms {
    std::string to;    ///< one phone number in E.164 (ITU-T), "+2348031234567"
    std::string text;  ///< UTF-8; beyond 160 characters of GSM 03.38 it costs more than one message
    /// The same key means the same message: a sender that has taken it once reports success and
    /// does not send again, where the service behind it can. new_mail_key() makes one.
    std::string idempotency_key;
};

class SmsSender {
public:
    using Interface = SmsSender;
    static constexpr std::string_view interface_name = "sms/1";
    virtual ~SmsSender() = default;
    virtual Status send(const Sms& sms) = 0;
};

}  // namespace kitchen
