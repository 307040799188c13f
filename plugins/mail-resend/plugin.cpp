#include <stdexcept>

#include "kitchen/plugin.h"
#include "resend_mailer.h"

namespace kitchen::resend {

struct MailResendSettings : Options {
    std::string sender;

    static void describe(Fields<MailResendSettings>& field) {
        using S = MailResendSettings;
        const std::chrono::milliseconds least(10);
        field("api_key", &S::api_key,
              "The key of the Resend account; one that may only send is enough")
            .secret()
            .required();
        field("from", &S::sender,
              "The sender: name@domain or Name <name@domain>; the domain is verified at Resend")
            .required();
        field("base_url", &S::base_url, "Where the API is; http only on this machine");
        field("ca_file", &S::ca_file, "Certificates to trust in place of the system's (PEM)");
        field("proxy", &S::proxy, "HTTP proxy to go through; empty: none");
        field("connect_timeout", &S::connect_timeout, "For the connection, TLS included")
            .between(least, std::chrono::minutes(1));
        field("timeout", &S::timeout, "For one mail in all")
            .between(least, std::chrono::minutes(2));
    }
    static void check(const MailResendSettings& settings, Problems& problems) {
        if (!mime::parse_mailbox(settings.sender))
            problems.at(settings.sender, "write it as 'Name <name@domain>' or 'name@domain'");
        try {
            resend::check(settings);
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

class MailResendPlugin final : public Plugin {
public:
    using Settings = MailResendSettings;

    MailResendPlugin(const Settings& settings, Setup& setup, Tracing& tracing)
        : mailer_(settings.options(), setup.log(), tracing) {
        setup.provide(mailer_);
    }

private:
    ResendMailer mailer_;
};

}  // namespace kitchen::resend

KITCHEN_PLUGIN(kitchen::resend::MailResendPlugin, "mail-resend", "1.0.0",
               "mailer/1 over the HTTP API of Resend", kitchen::Tracing,
               kitchen::Provides<kitchen::Mailer>)
