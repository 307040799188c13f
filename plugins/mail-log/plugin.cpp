#include <stdexcept>

#include "file_mailer.h"
#include "kitchen/plugin.h"

namespace kitchen {

struct MailLogSettings {
    std::filesystem::path directory;
    std::string from = "Chuks Kitchen <no-reply@chuks-kitchen.example>";

    static void describe(Fields<MailLogSettings>& field) {
        field("directory", &MailLogSettings::directory,
              "Where the mails go, one .eml file each; made when missing")
            .required();
        field("from", &MailLogSettings::from, "The sender: name@domain or Name <name@domain>");
    }
    static void check(const MailLogSettings& settings, Problems& problems) {
        mime::check_sender(settings.from, problems);
    }
};

class MailLogPlugin final : public Plugin {
public:
    using Settings = MailLogSettings;

    MailLogPlugin(const Settings& settings, Setup& setup, const Clock& clock)
        : directory_(settings.directory),
          mailer_(settings.directory, *mime::parse_mailbox(settings.from), clock, setup.log()) {
        setup.provide(mailer_);
        setup.add_health_check("mail", false, [this] { return mailer_.check(); });
    }
    void start() override {
        if (Status opened = mailer_.open(); !opened)
            throw std::runtime_error("cannot write to the mail directory " + directory_.string() +
                                     ": " + opened.error().subject);
    }

private:
    const std::filesystem::path directory_;
    FileMailer mailer_;
};

}  // namespace kitchen

KITCHEN_PLUGIN(kitchen::MailLogPlugin, "mail-log", "0.1.0",
               "mailer/1 that writes each mail into a file", kitchen::Clock,
               kitchen::Provides<kitchen::Mailer>)
