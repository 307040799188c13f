// sms/1 over Twilio's Messages API: POST {url}/2010-04-01/Accounts/{account_sid}/Messages.json
// (https://www.twilio.com/docs/messaging/api/message-resource#create-a-message).
//
// The service knows no idempotency keys, and this remembers none: each send() is one message, and
// one whose response was lost may be on its way all the same. So no request is repeated here.
//
// Thread-safety: send() from any thread; none waits for another.
#pragma once

#include "http_post.h"
#include "kitchen/log.h"
#include "kitchen/sms.h"
#include "twilio_options.h"

namespace kitchen::twilio {

class TwilioSender : public SmsSender {
public:
    /// The options have passed check(). The logger must outlive the sender.
    TwilioSender(Options options, Logger& log);

    /// Beyond the errors of sms.h: those of check_sms() and read_response(). Returns after
    /// options.timeout at most.
    Status send(const Sms& sms) override;

private:
    Result<ServiceResponse> post(const std::string& form);

    const CurlLibrary library_;
    const Options options_;
    const HttpService service_;
    Logger& log_;
    CurlPool pool_;
};

}  // namespace kitchen::twilio
