#include "mail_texts.h"

namespace kitchen::auth {
namespace {

std::string minutes(std::chrono::milliseconds duration) {
    const auto count = std::chrono::ceil<std::chrono::minutes>(duration).count();
    return std::to_string(count) + (count == 1 ? " minute" : " minutes");
}

/// No text of a user goes into a mail, so nothing needs escaping.
Mail code_mail(std::string_view to, std::string subject, const std::string& opening, std::string_view code,
               const std::string& closing) {
    Mail mail;
    mail.to = to;
    mail.subject = std::move(subject);
    mail.text = opening + "\n\nYour code is " + std::string(code) + "\n\n" + closing + "\n\nChuks Kitchen\n";
    mail.html = "<!DOCTYPE html>\n<html lang=\"en\"><body style=\"font-family: sans-serif\">\n<p>" + opening +
                "</p>\n<p style=\"font-size: 1.5em\">Your code is <strong>" + std::string(code) + "</strong></p>\n<p>" + closing +
                "</p>\n<p>Chuks Kitchen</p>\n</body></html>\n";
    return mail;
}

}  // namespace

Mail signup_mail(std::string_view to, std::string_view code, std::chrono::milliseconds valid_for) {
    return code_mail(to, "Your Chuks Kitchen code", "Welcome to Chuks Kitchen! Enter this code to finish your sign-up.", code,
                     "It is valid for " + minutes(valid_for) + ". If you did not sign up, you can ignore this mail.");
}

Mail password_reset_mail(std::string_view to, std::string_view code, std::chrono::milliseconds valid_for) {
    return code_mail(to, "Reset your Chuks Kitchen password", "Somebody, hopefully you, asked for a new password.", code,
                     "It is valid for " + minutes(valid_for) +
                         ". If it was not you, ignore this mail: your password stays as it is. Never tell anybody the code.");
}

}  // namespace kitchen::auth
