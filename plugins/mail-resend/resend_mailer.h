// mailer/1 over the HTTP API of Resend: POST {base_url}/emails
// (https://resend.com/docs/api-reference/emails/send-email).
//
// The service keeps an idempotency key for 24 hours and takes one mail under it; so sending again
// after a lost response is safe.
//
// Thread-safety: send() from any thread. Two mails under one key wait for each other, all others do
// not.
#pragma once

#include <string>
#include <string_view>

#include "resend_response.h"
#include "http_post.h"
#include "idempotency_keys.h"
#include "kitchen/log.h"
#include "kitchen/mailer.h"
#include "kitchen/tracing.h"
#include "mime.h"

namespace kitchen::resend {

struct Options : ConnectionSettings {
    std::string base_url = "https://api.resend.com";
    std::string api_key;
    std::string from;
    std::string proxy;  ///< "": none, whatever the environment says

    static void describe(Fields<Options>& field);
    /// Finds what cannot work or would send the key in the clear: a base_url that is neither https
    /// nor on this machine.
    static void check(const Options& options, Problems& problems);
};

/// The key as the header carries it: as it is when it is short and of plain characters, else its
/// digest.
std::string header_key(std::string_view idempotency_key);

class ResendMailer : public Mailer {
public:
    /// The options have passed check(). Each request passes on the trace that the
    /// sending thread works for. Logger and tracing must outlive the mailer.
    ResendMailer(Options options, Logger& log, Tracing& tracing);

    /// Beyond the errors of mailer.h: unprocessable "mail_key_missing" without an idempotency key.
    /// Returns after options.timeout at most, and not before a send with the same key has returned.
    Status send(const Mail& mail) override;

private:
    Result<ServiceResponse> post(const std::string& key, const std::string& body);

    const CurlLibrary library_;
    const Options options_;
    const HttpService service_;
    const mime::Mailbox from_;
    Logger& log_;
    Tracing& tracing_;
    KeyTurns turns_;
    CurlPool pool_;
};

}  // namespace kitchen::resend
