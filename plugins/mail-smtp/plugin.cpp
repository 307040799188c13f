#include <memory>
#include <stdexcept>

#include "kitchen/plugin_v1.h"
#include "smtp_mailer.h"

namespace kitchen::smtp {

// The mailer exists from start() on, when the clock can be had; what is provided before is the
// plugin itself.
class MailSmtpPlugin final : public PluginV1, public Mailer {
public:
    void configure(Setup& setup) override {
        const Config& config = config_v1(setup);
        const std::string security = config.text("security");
        options_.host = config.text("host");
        options_.port = config.integer("port");
        options_.security = security == "tls"    ? Security::tls
                            : security == "none" ? Security::none
                                                 : Security::starttls;
        options_.username = config.text("username");
        options_.password = config.text("password");
        options_.client_name = config.text("client_name");
        options_.ca_file = config.text("ca_file");
        options_.connect_timeout = config.duration("connect_timeout");
        options_.timeout = config.duration("timeout");
        auto from = mime::parse_mailbox(config.text("from"));
        if (!from)
            throw std::invalid_argument("from: write it as 'Name <name@domain>' or 'name@domain'");
        options_.from = *std::move(from);
        check(options_);
        log_ = &setup.log();
        setup.provide<Mailer>(*this);
    }
    void start(Services& services) override {
        mailer_ = std::make_unique<SmtpMailer>(options_, services.get<Clock>(), *log_);
    }
    Status send(const Mail& mail) override { return mailer_->send(mail); }

private:
    Options options_;
    Logger* log_ = nullptr;
    std::unique_ptr<SmtpMailer> mailer_;
};

}  // namespace kitchen::smtp

constexpr const char* provides[] = {"mailer/1"};
constexpr kitchen_config_key config[] = {
    {"host", KITCHEN_CONFIG_TEXT, nullptr, 1, nullptr, "The mail server that takes our mails"},
    {"port", KITCHEN_CONFIG_INTEGER, "0", 0, "0..65535",
     "Its port; 0: 587 with starttls, 465 with tls, 25 with none"},
    {"security", KITCHEN_CONFIG_CHOICE, "starttls", 0, "starttls|tls|none",
     "TLS after STARTTLS, from the start, or none (to localhost only)"},
    {"username", KITCHEN_CONFIG_TEXT, "", 0, nullptr, "Login; with password, or neither"},
    {"password", KITCHEN_CONFIG_SECRET, "", 0, nullptr, "See username"},
    {"from", KITCHEN_CONFIG_TEXT, nullptr, 1, nullptr,
     "The sender: name@domain or Name <name@domain>"},
    {"client_name", KITCHEN_CONFIG_TEXT, "", 0, nullptr,
     "What we call ourselves in EHLO; empty: the sender's domain"},
    {"ca_file", KITCHEN_CONFIG_TEXT, "", 0, nullptr,
     "Certificates to trust in place of the system's (PEM)"},
    {"connect_timeout", KITCHEN_CONFIG_DURATION, "5s", 0, "10ms..1m", "For the connection"},
    {"timeout", KITCHEN_CONFIG_DURATION, "30s", 0, "10ms..2m", "For one mail in all"},
};

KITCHEN_PLUGIN_V1(kitchen::smtp::MailSmtpPlugin,
                  {.id = "mail-smtp",
                   .version = "1.0.0",
                   .summary = "mailer/1 over SMTP, with STARTTLS or TLS",
                   .provides = provides,
                   .config = config})
