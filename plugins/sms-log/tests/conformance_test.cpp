#include <memory>

#include "file_sms_sender.h"
#include "kitchen/testkit/conformance.h"
#include "kitchen/testkit/fakes.h"
#include "message_directory.h"

namespace kitchen::testkit {

namespace {

struct Held {
    ManualClock clock;
    RecordingLogger log;
    MessageDirectory directory;
    FileSmsSender sender{directory.path(), clock, log};

    std::vector<std::string> delivered_to(const std::string& number) const {
        const std::string head = "To: " + number + "\n\n";
        std::vector<std::string> texts;
        for (const std::string& name : directory.names())
            if (const std::string file = directory.read(name); file.starts_with(head))
                texts.push_back(file.substr(head.size(), file.size() - head.size() - 1));
        return texts;
    }
};

/// The next file is a millisecond younger, so that names sort as the messages came.
struct TickingSender : SmsSender {
    explicit TickingSender(Held& held) : held(held) {}
    Status send(const Sms& sms) override {
        held.clock.advance(std::chrono::milliseconds(1));
        return held.sender.send(sms);
    }
    Held& held;
};

SmsFactory file_factory() {
    auto current = std::make_shared<std::shared_ptr<Held>>();  // of the running test
    return {"files",
            [current]() -> std::shared_ptr<SmsSender> {
                *current = std::make_shared<Held>();
                (*current)->sender.open().value();
                return std::make_shared<TickingSender>(**current);
            },
            [current](const std::string& number) { return (*current)->delivered_to(number); },
            true};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(SmsLog, SmsConformance, testing::Values(file_factory()));

}  // namespace kitchen::testkit
