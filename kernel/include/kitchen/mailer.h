// mailer/1: hands one mail to whatever delivers it.
//
// Errors: unavailable (try again later; `retry_after` when the service said so), too_many_requests
// (likewise), unprocessable (this mail will never be taken: a bad address). Blocks until the
// service has answered: call it from a job, never from a request. Thread-safety: all calls, from
// any thread. Ownership: the mailer belongs to its plugin.
#pragma once

#include <string>
#include <string_view>

#include "kitchen/random.h"
#include "kitchen/result.h"

namespace kitchen {

struct Mail {
    std::string to;  ///< one address, already checked by the caller; CR, LF and NUL are refused
    std::string subject;  ///< one line of UTF-8
    std::string text;     ///< plain text, UTF-8
    std::string html;     ///< may be empty
    /// The same key means the same mail: a mailer that has taken it once reports success and does
    /// not send again, for at least 24 hours where the service behind it can.
    std::string idempotency_key;
};

/// A key that no other mail in the world has: 32 letters from a to p. Digits are left out, so that
/// who looks for a code in a mail does not find one in its name. Mailers know the mail by this very
/// text, in their logs, in file names and in what the service behind them is told.
inline std::string new_mail_key(Random& random) {
    std::string key = random.hex(16);
    for (char& c : key) c = static_cast<char>(c <= '9' ? c - '0' + 'a' : c - 'a' + 'k');
    return key;
}

class Mailer {
public:
    using Interface = Mailer;
    static constexpr std::string_view interface_name = "mailer/1";
    virtual ~Mailer() = default;
    virtual Status send(const Mail& mail) = 0;
};

}  // namespace kitchen
