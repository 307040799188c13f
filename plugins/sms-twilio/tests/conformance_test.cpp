#include <memory>

#include "kitchen/testkit/conformance.h"
#include "kitchen/testkit/fakes.h"
#include "twilio_double.h"
#include "twilio_sender.h"

namespace kitchen::testkit {

namespace {

struct Held {
    RecordingLogger log;
    tests::TwilioDouble service;
    static twilio::Options options(const tests::TwilioDouble& service) {
        twilio::Options out;
        out.url = service.url();
        out.account_sid = service.account_sid;
        out.api_key_sid = service.api_key_sid;
        out.secret = service.api_secret;
        out.from = service.from;
        return out;
    }
    twilio::TwilioSender sender{options(service), log};
    ~Held() { EXPECT_EQ(service.refusals(), std::vector<std::string>()); }
};

SmsFactory twilio_factory() {
    auto current = std::make_shared<std::shared_ptr<Held>>();  // of the running test
    return {"service",
            [current]() -> std::shared_ptr<SmsSender> {
                *current = std::make_shared<Held>();
                return {*current, &(*current)->sender};
            },
            [current](const std::string& number) { return (*current)->service.texts_to(number); }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(SmsTwilio, SmsConformance, testing::Values(twilio_factory()));

}  // namespace kitchen::testkit
