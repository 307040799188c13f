#include <memory>

#include "kitchen/testkit/conformance.h"
#include "kitchen/testkit/fakes.h"
#include "smtp_mailer.h"
#include "smtp_server.h"

namespace kitchen::testkit {

namespace {

struct Held {
    RecordingLogger log;
    ManualClock clock;
    tests::SmtpServer server;
    static smtp::Options options(const tests::SmtpServer& server) {
        smtp::Options out;
        out.host = "localhost";
        out.port = server.port();
        out.security = smtp::Security::none;
        out.from = "Kitchen <k@example.com>";
        return out;
    }
    smtp::SmtpMailer mailer{options(server), clock, log};
};

MailerFactory smtp_factory() {
    auto current = std::make_shared<std::shared_ptr<Held>>();  // of the running test
    return {
        "server",
        [current]() -> std::shared_ptr<Mailer> {
            *current = std::make_shared<Held>();
            return {*current, &(*current)->mailer};
        },
        [current](const std::string& recipient) { return (*current)->server.mails_to(recipient); }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(MailSmtp, MailerConformance, testing::Values(smtp_factory()));

}  // namespace kitchen::testkit
