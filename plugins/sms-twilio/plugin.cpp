#include "kitchen/plugin.h"
#include "twilio_sender.h"

namespace kitchen::twilio {

class SmsTwilioPlugin final : public Plugin {
public:
    using Settings = Options;

    SmsTwilioPlugin(const Settings& settings, Setup& setup) : sender_(settings, setup.log()) {
        setup.provide(sender_);
    }

private:
    TwilioSender sender_;
};

}  // namespace kitchen::twilio

KITCHEN_PLUGIN(kitchen::twilio::SmsTwilioPlugin, "sms-twilio", "1.0.0",
               "sms/1 over Twilio's Messages API", kitchen::Provides<kitchen::SmsSender>)
