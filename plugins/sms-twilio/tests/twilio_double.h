// Twilio's Messages API on 127.0.0.1: what it documents of requests is checked, of responses is
// given (https://www.twilio.com/docs/messaging/api/message-resource#create-a-message,
// https://www.twilio.com/docs/usage/requests-to-twilio). The numbers for tests do here what they do
// there (https://www.twilio.com/docs/iam/test-credentials#test-sms-messages), and it fails on
// demand.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kitchen::tests {

struct TwilioMessage {
    std::string to, from, messaging_service_sid, body, validity_period;
};

/// What goes wrong with one request.
struct TwilioFault {
    enum class Kind : std::uint8_t {
        response,       ///< this status and code, and nothing is taken
        hang,           ///< no response until release() or the end; the message is taken then
        lose_request,   ///< the connection is closed before the message is taken
        lose_response,  ///< the message is taken, the connection is closed before the response
    };
    Kind kind = Kind::response;
    int status = 500;
    int code = 20500;         ///< of the error; 0 for a body that is no JSON
    std::string header = {};  ///< one more, "Retry-After: 7"
};

class TwilioDouble {
public:
    static constexpr const char* account_sid = "AC0123456789abcdef0123456789abcdef";
    static constexpr const char* api_key_sid = "SK0123456789abcdef0123456789abcdef";
    static constexpr const char* api_secret = "key:secret/+9";  // what Basic must not cut at
    static constexpr const char* auth_token = "fedcba9876543210fedcba9876543210";
    static constexpr const char* from = "+15005550006";
    static constexpr const char* messaging_service_sid = "MG0123456789abcdef0123456789abcdef";

    TwilioDouble();
    ~TwilioDouble();

    std::string url() const;
    /// The next requests fail so, one after the other.
    void fail_next(std::vector<TwilioFault> faults);
    /// Lets go of what hangs.
    void release();
    void wait_for_requests(int count);

    std::vector<TwilioMessage> messages() const;
    std::vector<std::string> texts_to(const std::string& number) const;
    int requests() const;
    /// What was wrong with requests that the service would have refused ("401 20003").
    std::vector<std::string> refusals() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kitchen::tests
