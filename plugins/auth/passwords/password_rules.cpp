#include "passwords/password_rules.h"

#include "common_passwords.gen.h"
#include "kitchen/text.h"
#include "kitchen/utf8.h"

namespace kitchen::auth {
namespace {

Error refused(std::string_view pointer, const char* code, const char* detail) {
    // The code stands in both places: a client that looks at nothing but `code` can still tell what
    // is wrong.
    return Error(Errc::unprocessable, code, detail).with_fault(std::string(pointer), code, detail);
}

}  // namespace

PasswordRules::PasswordRules(const PhoneNumbers& phones) : phones_(phones) {
    std::string_view rest = common_passwords_text;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        if (!line.empty() && line.front() != '#') common_.insert(line);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
}

Status PasswordRules::check(std::string_view password, std::string_view email,
                            std::string_view phone_number, std::string_view pointer) const {
    if (!utf8::is_valid(password))
        return refused(pointer, "password_malformed", "The password is not valid UTF-8 text.");
    const std::size_t length = utf8::count(password);
    if (length < min_length)
        return refused(pointer, "password_too_short", "The password needs at least 8 characters.");
    if (length > max_length)
        return refused(pointer, "password_too_long",
                       "The password may have at most 128 characters.");

    const std::string lower = ascii_lower(password);
    if (common_.contains(lower))
        return refused(
            pointer, "password_too_common",
            "This password is one of the first that others would try. Choose another one.");
    const auto as_phone = phones_.normalise(password);
    if (lower == ascii_lower(email) || (as_phone && *as_phone == phone_number))
        return refused(
            pointer, "password_too_common",
            "The password must not be your email address or phone number. Choose another one.");
    return {};
}

}  // namespace kitchen::auth
