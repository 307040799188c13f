#include <memory>
#include <stdexcept>

#include "file_mailer.h"
#include "kitchen/plugin_v1.h"

namespace kitchen {

// The mailer exists from start() on, when the clock can be had; what is provided before is the
// plugin itself.
class MailLogPlugin : public PluginV1, public Mailer {
public:
    void configure(Setup& setup) override {
        directory_ = config_v1(setup).text("directory");
        log_ = &setup.log();
        auto from = mime::parse_mailbox(config_v1(setup).text("from"));
        if (!from)
            throw std::invalid_argument("from: write it as 'Name <name@domain>' or 'name@domain'");
        from_ = *std::move(from);
        setup.provide<Mailer>(*this);
        setup.add_health_check("mail", false, [this] { return mailer_->check(); });
    }
    void start(Services& services) override {
        mailer_ = std::make_unique<FileMailer>(directory_, from_, services.get<Clock>(), *log_);
        if (Status opened = mailer_->open(); !opened)
            throw std::runtime_error("cannot write to the mail directory " + directory_ + ": " +
                                     opened.error().subject);
    }
    Status send(const Mail& mail) override { return mailer_->send(mail); }

private:
    std::string directory_;
    mime::Mailbox from_;
    Logger* log_ = nullptr;
    std::unique_ptr<FileMailer> mailer_;
};

}  // namespace kitchen

constexpr const char* provides[] = {"mailer/1"};
constexpr kitchen_config_key config[] = {
    {"directory", KITCHEN_CONFIG_TEXT, nullptr, 1, nullptr,
     "Where the mails go, one .eml file each; made when missing"},
    {"from", KITCHEN_CONFIG_TEXT, "Chuks Kitchen <no-reply@chuks-kitchen.example>", 0, nullptr,
     "The sender: name@domain or Name <name@domain>"},
};

KITCHEN_PLUGIN_V1(kitchen::MailLogPlugin, {.id = "mail-log",
                                           .version = "0.1.0",
                                           .summary = "mailer/1 that writes each mail into a file",
                                           .provides = provides,
                                           .config = config})
