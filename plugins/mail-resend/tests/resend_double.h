// The Resend API on 127.0.0.1, as far as POST /emails goes: what it documents of requests is
// checked, of responses is given (https://resend.com/docs/api-reference/emails/send-email,
// …/errors, …/dashboard/emails/idempotency-keys). It fails on demand.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kitchen::tests {

struct ResendMail {
    std::string from, to, subject, text, html, key;
    std::string traceparent, tracestate;  ///< as the request carried them
};

/// What goes wrong with one request.
struct ResendFault {
    enum class Kind : std::uint8_t {
        response,       ///< this status and body, and nothing is taken
        hang,           ///< no response until release() or the end
        lose_request,   ///< the connection is closed before the mail is taken
        lose_response,  ///< the mail is taken, the connection is closed before the response
    };
    Kind kind = Kind::response;
    int status = 500;
    std::string name = "internal_server_error";  ///< of the error; "" for a body that is no JSON
    std::string header = {};                     ///< one more, "Retry-After: 7"
};

class ResendDouble {
public:
    explicit ResendDouble(std::string api_key);
    ~ResendDouble();

    std::string base_url() const;  ///< http://127.0.0.1:PORT/v1: the path has to be kept
    /// The entry of `plugins:` that mails by it. `keys`: further ones, each after a comma.
    std::string plugin(const std::string& keys = "") const;
    /// The next requests fail so, one after the other.
    void fail_next(std::vector<ResendFault> faults);
    /// Lets go of what hangs.
    void release();
    /// Waits until so many requests have come in all, well-formed or not.
    void wait_for_requests(int count);

    std::vector<ResendMail> mails() const;
    int mails_to(const std::string& recipient) const;
    int requests() const;
    /// The Idempotency-Key of each request, in the order of their coming.
    std::vector<std::string> keys() const;
    /// What was wrong with requests that the service would have refused ("401 missing_api_key").
    std::vector<std::string> refusals() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kitchen::tests
