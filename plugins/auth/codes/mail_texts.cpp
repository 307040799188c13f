#include "codes/mail_texts.h"

#include <string>

#include "mail_templates.gen.h"

namespace kitchen::auth {
namespace {

constexpr std::string_view variables = "code minutes";
constexpr MailTemplate mails[] = {
    {"signup_code", signup_code_subject, signup_code_text, signup_code_html, variables},
    {"password_reset", password_reset_subject, password_reset_text, password_reset_html, variables},
    {"email_change", email_change_subject, email_change_text, email_change_html, variables},
    {"email_changed", email_changed_subject, email_changed_text, email_changed_html, ""},
};

std::string minutes(std::chrono::milliseconds duration) {
    const auto count = std::chrono::ceil<std::chrono::minutes>(duration).count();
    return std::to_string(count) + (count == 1 ? " minute" : " minutes");
}

}  // namespace

MailTexts::MailTexts(const std::filesystem::path& folder) : templates_(mails, folder) {}

Mail MailTexts::code_mail(std::string_view name, std::string_view to, std::string_view code,
                          std::chrono::milliseconds valid_for) const {
    Mail mail =
        templates_.render(name, Json::object({{"code", code}, {"minutes", minutes(valid_for)}}));
    mail.to = to;
    return mail;
}

Mail MailTexts::signup(std::string_view to, std::string_view code,
                       std::chrono::milliseconds valid_for) const {
    return code_mail("signup_code", to, code, valid_for);
}

Mail MailTexts::password_reset(std::string_view to, std::string_view code,
                               std::chrono::milliseconds valid_for) const {
    return code_mail("password_reset", to, code, valid_for);
}

Mail MailTexts::email_change(std::string_view to, std::string_view code,
                             std::chrono::milliseconds valid_for) const {
    return code_mail("email_change", to, code, valid_for);
}

Mail MailTexts::email_changed(std::string_view to) const {
    Mail mail = templates_.render("email_changed", Json::object());
    mail.to = to;
    return mail;
}

}  // namespace kitchen::auth
