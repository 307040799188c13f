#include <memory>

#include "file_mailer.h"
#include "kitchen/testkit/conformance.h"
#include "kitchen/testkit/fakes.h"
#include "mail_directory.h"

namespace kitchen::testkit {

namespace {

struct Held {
    ManualClock clock;
    RecordingLogger log;
    MailDirectory directory;
    FileMailer mailer{directory.path(), *mime::parse_mailbox("Kitchen <k@example.com>"), clock,
                      log};
};

MailerFactory file_factory() {
    auto current = std::make_shared<std::shared_ptr<Held>>();  // of the running test
    return {"files",
            [current]() -> std::shared_ptr<Mailer> {
                *current = std::make_shared<Held>();
                (*current)->mailer.open().value();
                return {*current, &(*current)->mailer};
            },
            [current](const std::string& recipient) {
                return (*current)->directory.delivered_to(recipient);
            }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(MailLog, MailerConformance, testing::Values(file_factory()));

}  // namespace kitchen::testkit
