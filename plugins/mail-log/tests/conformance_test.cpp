#include <algorithm>
#include <memory>

#include "file_mailer.h"
#include "kitchen/testkit/conformance.h"
#include "kitchen/testkit/fakes.h"
#include "message_directory.h"

namespace kitchen::testkit {

namespace {

struct Held {
    ManualClock clock;
    RecordingLogger log;
    MessageDirectory directory;
    FileMailer mailer{directory.path(), *mime::parse_mailbox("Kitchen <k@example.com>"), clock,
                      log};

    int delivered_to(const std::string& recipient) const {
        const auto names = directory.names();
        return static_cast<int>(
            std::count_if(names.begin(), names.end(), [&](const std::string& name) {
                return directory.read(name).find("\r\nTo: " + recipient + "\r\n") !=
                       std::string::npos;
            }));
    }
};

MailerFactory file_factory() {
    auto current = std::make_shared<std::shared_ptr<Held>>();  // of the running test
    return {
        "files",
        [current]() -> std::shared_ptr<Mailer> {
            *current = std::make_shared<Held>();
            (*current)->mailer.open().value();
            return {*current, &(*current)->mailer};
        },
        [current](const std::string& recipient) { return (*current)->delivered_to(recipient); }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(MailLog, MailerConformance, testing::Values(file_factory()));

}  // namespace kitchen::testkit
