// mailer/1 over SMTP: hands each mail to one server (a relay, a provider's submission port).
//
// SMTP knows no idempotency keys. Within this process a key that was taken in the last 24 hours is
// not sent again; a mail whose last reply was lost may arrive twice, with the same Message-ID (made
// of the key), by which mailboxes can tell.
//
// Thread-safety: send() from any thread. Two mails under one key wait for each other, all others do
// not.
#pragma once

#include <chrono>
#include <string>

#include "curl_handle.h"
#include "key_turns.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/mailer.h"
#include "mime.h"
#include "recent_keys.h"

namespace kitchen::smtp {

enum class Security : std::uint8_t {
    starttls,  ///< plain at first, TLS before anything is said: RFC 3207. No mail goes out without.
    tls,       ///< from the first octet: RFC 8314
    none,      ///< only to this machine
};

struct Options {
    std::string host;
    std::int64_t port = 0;  ///< 0: 587, 465 or 25, by security
    Security security = Security::starttls;
    std::string username, password;  ///< both, or neither
    mime::Mailbox from;
    std::string client_name;  ///< in EHLO; "": the sender's domain
    std::string ca_file;      ///< "": those of the system
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds timeout{30'000};  ///< of the whole dialogue
};

/// Throws std::invalid_argument, with a sentence that names the key, for what cannot work or would
/// send passwords or mails in the clear. Touches no file and no network.
void check(const Options& options);

class SmtpMailer : public Mailer {
public:
    /// The options have passed check(). The clock and the logger must outlive the mailer.
    SmtpMailer(Options options, const Clock& clock, Logger& log);

    /// Beyond the errors of mailer.h: unprocessable "mail_key_missing" without an idempotency key.
    /// Returns after options.timeout at most, and not before a send with the same key has returned.
    Status send(const Mail& mail) override;

private:
    Status deliver(const std::string& to, const std::string& message);

    const CurlLibrary library_;
    const Options options_;
    const std::string url_;
    const Clock& clock_;
    Logger& log_;
    KeyTurns turns_;
    RecentKeys taken_;
    CurlPool pool_;
};

}  // namespace kitchen::smtp
