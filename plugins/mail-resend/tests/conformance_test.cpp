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
    static resend::Options options(const tests::ResendDouble& service) {
        resend::Options out;
        out.base_url = service.base_url();
        out.api_key = "re_test";
        out.from = "Kitchen <k@example.com>";
        return out;
    }
    resend::ResendMailer mailer{options(service), log, tracing};
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
