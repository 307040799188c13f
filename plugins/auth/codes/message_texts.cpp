#include "codes/message_texts.h"

#include <string>
#include <vector>

#include "mail_templates.gen.h"

namespace kitchen::auth {
namespace {

constexpr std::string_view variables = "code minutes";
constexpr MailTemplate mails[] = {
    {"signup_code", signup_code_subject, signup_code_text, signup_code_html, variables},
    {"password_reset", password_reset_subject, password_reset_text, password_reset_html, variables},
    {"email_change", email_change_subject, email_change_text, email_change_html, variables},
    {"email_changed", email_changed_subject, email_changed_text, email_changed_html, ""},
    {"password_changed", password_changed_subject, password_changed_text, password_changed_html,
     ""},
};
constexpr MailTemplate with_sms[] = {
    {"signup_code.sms", signup_code_sms, {}, {}, variables},
    {"password_reset.sms", password_reset_sms, {}, {}, variables},
    {"phone_change.sms", phone_change_sms, {}, {}, variables},
    {"phone_changed", phone_changed_subject, phone_changed_text, phone_changed_html, ""},
};

std::vector<MailTemplate> templates(bool has_sms) {
    std::vector<MailTemplate> all(std::begin(mails), std::end(mails));
    if (has_sms) all.insert(all.end(), std::begin(with_sms), std::end(with_sms));
    return all;
}

std::string_view name_of(Notice what) {
    switch (what) {
        case Notice::email_changed: return "email_changed";
        case Notice::phone_changed: return "phone_changed";
        case Notice::password_changed: break;
    }
    return "password_changed";
}

std::string minutes(std::chrono::milliseconds duration) {
    const auto count = std::chrono::ceil<std::chrono::minutes>(duration).count();
    return std::to_string(count) + (count == 1 ? " minute" : " minutes");
}

}  // namespace

MessageTexts::MessageTexts(const std::filesystem::path& folder, bool has_sms)
    : templates_(templates(has_sms), folder) {}

Message MessageTexts::code_message(std::string_view name, const Contact& to, std::string_view code,
                                   std::chrono::milliseconds valid_for) const {
    const Json values = Json::object({{"code", code}, {"minutes", minutes(valid_for)}});
    if (to.channel == Channel::sms)
        return Sms{to.address, templates_.render(std::string(name) + ".sms", values).subject, ""};
    Mail mail = templates_.render(name, values);
    mail.to = to.address;
    return mail;
}

Message MessageTexts::signup(const Contact& to, std::string_view code,
                             std::chrono::milliseconds valid_for) const {
    return code_message("signup_code", to, code, valid_for);
}

Message MessageTexts::password_reset(const Contact& to, std::string_view code,
                                     std::chrono::milliseconds valid_for) const {
    return code_message("password_reset", to, code, valid_for);
}

Message MessageTexts::contact_change(const Contact& to, std::string_view code,
                                     std::chrono::milliseconds valid_for) const {
    return code_message(to.channel == Channel::email ? "email_change" : "phone_change", to, code,
                        valid_for);
}

Mail MessageTexts::notice(Notice what, std::string_view to) const {
    Mail mail = templates_.render(name_of(what), Json::object());
    mail.to = to;
    return mail;
}

}  // namespace kitchen::auth
