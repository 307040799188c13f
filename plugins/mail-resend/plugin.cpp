#include <memory>
#include <stdexcept>

#include "kitchen/plugin_v1.h"
#include "resend_mailer.h"

namespace kitchen::resend {

class MailResendPlugin final : public PluginV1 {
public:
    void configure(Setup& setup) override {
        const Config& config = config_v1(setup);
        Options options;
        options.base_url = config.text("base_url");
        options.api_key = config.text("api_key");
        options.ca_file = config.text("ca_file");
        options.proxy = config.text("proxy");
        options.connect_timeout = config.duration("connect_timeout");
        options.timeout = config.duration("timeout");
        auto from = mime::parse_mailbox(config.text("from"));
        if (!from)
            throw std::invalid_argument("from: write it as 'Name <name@domain>' or 'name@domain'");
        options.from = *std::move(from);
        check(options);
        mailer_ = std::make_unique<ResendMailer>(std::move(options), setup.log());
        setup.provide<Mailer>(*mailer_);
    }
    void start(Services& services) override { mailer_->pass_on(services.get<Tracing>()); }

private:
    std::unique_ptr<ResendMailer> mailer_;
};

}  // namespace kitchen::resend

constexpr const char* provides[] = {"mailer/1"};
constexpr kitchen_config_key config[] = {
    {"api_key", KITCHEN_CONFIG_SECRET, nullptr, 1, nullptr,
     "The key of the Resend account; one that may only send is enough"},
    {"from", KITCHEN_CONFIG_TEXT, nullptr, 1, nullptr,
     "The sender: name@domain or Name <name@domain>; the domain is verified at Resend"},
    {"base_url", KITCHEN_CONFIG_TEXT, "https://api.resend.com", 0, nullptr,
     "Where the API is; http only on this machine"},
    {"ca_file", KITCHEN_CONFIG_TEXT, "", 0, nullptr,
     "Certificates to trust in place of the system's (PEM)"},
    {"proxy", KITCHEN_CONFIG_TEXT, "", 0, nullptr, "HTTP proxy to go through; empty: none"},
    {"connect_timeout", KITCHEN_CONFIG_DURATION, "5s", 0, "10ms..1m",
     "For the connection, TLS included"},
    {"timeout", KITCHEN_CONFIG_DURATION, "15s", 0, "10ms..2m", "For one mail in all"},
};

KITCHEN_PLUGIN_V1(kitchen::resend::MailResendPlugin,
                  {.id = "mail-resend",
                   .version = "1.0.0",
                   .summary = "mailer/1 over the HTTP API of Resend",
                   .provides = provides,
                   .config = config})
