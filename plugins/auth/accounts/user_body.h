// The bodies of requests and responses for accounts.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "accounts/account_service.h"
#include "accounts/user_repository.h"
#include "codes/one_time_codes.h"
#include "kitchen/http/body.h"

namespace kitchen::auth {

/// What people see of their own account.
void describe(http::BodyFields<User>& field);

/// What administrators see of everybody's.
struct UserRecord : User {
    static void describe(http::BodyFields<UserRecord>& field);
};

void describe(http::BodyFields<OwnChange>& field);
void describe(http::BodyFields<RightsChange>& field);

/// The roles, for schemas.
std::vector<std::string> role_names();

http::Schema without(http::Schema schema, std::string_view member);
/// The schema of a body where no text messages are sent: without the member that is for them, and
/// with the email required.
http::Schema by_mail_alone(http::Schema schema, std::string_view member);

// The limits of members that several bodies have.
inline http::Schema& email(http::Schema& text) { return text.format(http::Format::email).max(254); }
/// By that schema.
bool is_email(const std::string& text);
inline http::Schema& phone_number(http::Schema& text) {
    return text.min(1).max(40).describe("National or international; stored as E.164");
}
inline http::Schema& secret(http::Schema& text, std::int64_t least, std::int64_t most) {
    return text.format(http::Format::password).min(least).max(most);
}
inline http::Schema& new_password(http::Schema& text) {
    return secret(text, PasswordRules::min_length, PasswordRules::max_length);
}
inline http::Schema& one_time_code(http::Schema& text) {
    return text.format(http::Format::digits).min(OneTimeCodes::digits).max(OneTimeCodes::digits);
}

}  // namespace kitchen::auth
