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

#include "connection_settings.h"
#include "curl_handle.h"
#include "idempotency_keys.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/mailer.h"
#include "mime.h"
#include "recent_keys.h"

namespace kitchen::smtp {

enum class Security : std::uint8_t {
    starttls,  ///< plain at first, TLS before anything is said: RFC 3207. No mail goes out without.
    tls,       ///< from the first byte: RFC 8314
    none,      ///< only to this machine
};

struct Options : ConnectionSettings {
    std::string host;
    std::int64_t port = 0;  ///< 0: 587, 465 or 25, by security
    Security security = Security::starttls;
    std::string username, password;  ///< both, or neither
    std::string from;
    std::string client_name;  ///< in EHLO; "": the sender's domain

    Options() { timeout = std::chrono::seconds(30); }
    static void describe(Fields<Options>& field);
    /// Finds what cannot work or would send passwords or mails in the clear.
    static void check(const Options& options, Problems& problems);
};

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
    const mime::Mailbox from_;
    const std::string url_;
    const Clock& clock_;
    Logger& log_;
    KeyTurns turns_;
    RecentKeys taken_;
    CurlPool pool_;
};

}  // namespace kitchen::smtp
