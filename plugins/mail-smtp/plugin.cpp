#include "kitchen/plugin.h"
#include "smtp_mailer.h"

namespace kitchen::smtp {

class MailSmtpPlugin final : public Plugin {
public:
    using Settings = Options;

    MailSmtpPlugin(const Settings& settings, Setup& setup, const Clock& clock)
        : mailer_(settings, clock, setup.log()) {
        setup.provide(mailer_);
    }

private:
    SmtpMailer mailer_;
};

}  // namespace kitchen::smtp

KITCHEN_PLUGIN(kitchen::smtp::MailSmtpPlugin, "mail-smtp", "1.0.0",
               "mailer/1 over SMTP, with STARTTLS or TLS", kitchen::Clock,
               kitchen::Provides<kitchen::Mailer>)
