#include <stdexcept>

#include "file_sms_sender.h"
#include "kitchen/plugin.h"

namespace kitchen {

struct SmsLogSettings {
    std::filesystem::path directory;

    static void describe(Fields<SmsLogSettings>& field) {
        field("directory", &SmsLogSettings::directory,
              "Where the messages go, one .txt file each; made when missing")
            .required();
    }
};

class SmsLogPlugin final : public Plugin {
public:
    using Settings = SmsLogSettings;

    SmsLogPlugin(const Settings& settings, Setup& setup, const Clock& clock)
        : directory_(settings.directory), sender_(settings.directory, clock, setup.log()) {
        setup.provide(sender_);
        setup.add_health_check("sms", false, [this] { return sender_.check(); });
    }
    void start() override {
        if (Status opened = sender_.open(); !opened)
            throw std::runtime_error("cannot write to the sms directory " + directory_.string() +
                                     ": " + opened.error().subject);
    }

private:
    const std::filesystem::path directory_;
    FileSmsSender sender_;
};

}  // namespace kitchen

KITCHEN_PLUGIN(kitchen::SmsLogPlugin, "sms-log", "0.1.0",
               "sms/1 that writes each text message into a file", kitchen::Clock,
               kitchen::Provides<kitchen::SmsSender>)
