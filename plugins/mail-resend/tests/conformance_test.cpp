#include <memory>

#include "kitchen/testkit/conformance.h"
#include "kitchen/testkit/fakes.h"
#include "resend_double.h"
#include "resend_mailer.h"

namespace kitchen::testkit {

namespace {

struct Held {
    RecordingLogger log;
    ManualTracing tracing;
    tests::ResendDouble service{"re_test"};
    resend::ResendMailer mailer{
        {service.base_url(), "re_test", *mime::parse_mailbox("Kitchen <k@example.com>"), {}, {}},
        log,
        tracing};
    ~Held() { EXPECT_EQ(service.refusals(), std::vector<std::string>()); }
};

MailerFactory resend_factory() {
    auto current = std::make_shared<std::shared_ptr<Held>>();  // of the running test
    return {"service",
            [current]() -> std::shared_ptr<Mailer> {
                *current = std::make_shared<Held>();
                return {*current, &(*current)->mailer};
            },
            [current](const std::string& recipient) {
                return (*current)->service.mails_to(recipient);
            }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(MailResend, MailerConformance, testing::Values(resend_factory()));

}  // namespace kitchen::testkit
