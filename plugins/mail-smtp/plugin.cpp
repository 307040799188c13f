#include <stdexcept>

#include "kitchen/plugin.h"
#include "smtp_mailer.h"

namespace kitchen::smtp {

struct MailSmtpSettings : Options {
    std::string sender;

    static void describe(Fields<MailSmtpSettings>& field) {
        using S = MailSmtpSettings;
        const std::chrono::milliseconds least(10);
        field("host", &S::host, "The mail server that takes our mails").required();
        field("port", &S::port, "Its port; 0: 587 with starttls, 465 with tls, 25 with none")
            .between(0, 65535);
        field("security", &S::security,
              "TLS after STARTTLS, from the start, or none (to localhost only)")
            .one_of({{"starttls", Security::starttls},
                     {"tls", Security::tls},
                     {"none", Security::none}});
        field("username", &S::username, "Login; with password, or neither");
        field("password", &S::password, "See username").secret();
        field("from", &S::sender, "The sender: name@domain or Name <name@domain>").required();
        field("client_name", &S::client_name,
              "What we call ourselves in EHLO; empty: the sender's domain");
        field("ca_file", &S::ca_file, "Certificates to trust in place of the system's (PEM)");
        field("connect_timeout", &S::connect_timeout, "For the connection")
            .between(least, std::chrono::minutes(1));
        field("timeout", &S::timeout, "For one mail in all")
            .between(least, std::chrono::minutes(2));
    }
    static void check(const MailSmtpSettings& settings, Problems& problems) {
        if (!mime::parse_mailbox(settings.sender))
            problems.at(settings.sender, "write it as 'Name <name@domain>' or 'name@domain'");
        try {
            smtp::check(settings);
        } catch (const std::invalid_argument& refused) {
            problems.say(refused.what());
        }
    }
    Options options() const {
        Options out = *this;
        out.from = *mime::parse_mailbox(sender);
        return out;
    }
};

class MailSmtpPlugin final : public Plugin {
public:
    using Settings = MailSmtpSettings;

    MailSmtpPlugin(const Settings& settings, Setup& setup, const Clock& clock)
        : mailer_(settings.options(), clock, setup.log()) {
        setup.provide(mailer_);
    }

private:
    SmtpMailer mailer_;
};

}  // namespace kitchen::smtp

KITCHEN_PLUGIN(kitchen::smtp::MailSmtpPlugin, "mail-smtp", "1.0.0",
               "mailer/1 over SMTP, with STARTTLS or TLS", kitchen::Clock,
               kitchen::Provides<kitchen::Mailer>)
