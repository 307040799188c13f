#include "kitchen/plugin.h"
#include "resend_mailer.h"

namespace kitchen::resend {

class MailResendPlugin final : public Plugin {
public:
    using Settings = Options;

    MailResendPlugin(const Settings& settings, Setup& setup, Tracing& tracing)
        : mailer_(settings, setup.log(), tracing) {
        setup.provide(mailer_);
    }

private:
    ResendMailer mailer_;
};

}  // namespace kitchen::resend

KITCHEN_PLUGIN(kitchen::resend::MailResendPlugin, "mail-resend", "1.0.0",
               "mailer/1 over the HTTP API of Resend", kitchen::Tracing,
               kitchen::Provides<kitchen::Mailer>)
