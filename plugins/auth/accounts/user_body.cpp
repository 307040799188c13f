#include "accounts/user_body.h"

#include "kitchen/time.h"

namespace kitchen::auth {

using http::BodyFields;
using http::Format;
using http::Schema;

namespace {

template <class T>
void describe_user(BodyFields<T>& field) {
    field("id", &T::id).min(1);
    field("email", &T::email)
        .format(Format::email)
        .or_null()
        .describe("null until one is given, of those who signed up by phone");
    field("phone_number", &T::phone_number)
        .or_null()
        .describe("E.164, like +2348031234567; null until one is given");
    field("phone_verified", &T::phone_proved).describe("A code that was sent there has been given");
    field("referral_code", &T::referral_code).describe("Their own, to give away");
    field("role", &T::role).one_of(role_names());
    field("created_at", [](const T& user) { return from_millis(user.created_at); });
    field("updated_at", [](const T& user) { return from_millis(user.updated_at); });
}

}  // namespace

std::vector<std::string> role_names() {
    return {std::string(role_customer), std::string(role_kitchen), std::string(role_admin)};
}

bool is_email(const std::string& text) {
    std::vector<Fault> faults;
    Schema schema = Schema::string();
    email(schema).validate(Json(text), "", faults);
    return faults.empty();
}

Schema without(Schema schema, std::string_view member) {
    std::erase_if(schema.members, [&](const auto& found) { return found.name == member; });
    return schema;
}

Schema by_mail_alone(Schema schema, std::string_view member) {
    schema = without(std::move(schema), member);
    for (Schema::Member& found : schema.members)
        if (found.name == "email") found.presence = http::required;
    return schema;
}

void describe(BodyFields<User>& field) {
    field.named("User");
    describe_user(field);
}

void UserRecord::describe(BodyFields<UserRecord>& field) {
    field.named("UserRecord");
    describe_user(field);
    field("disabled", &UserRecord::disabled).describe("May not sign in");
}

void describe(BodyFields<OwnChange>& field) {
    field.named("OwnChange");
    phone_number(field.optional("phone_number", &OwnChange::phone_number));
    new_password(field.optional("password", &OwnChange::password));
    secret(field.optional("current_password", &OwnChange::current_password), 1, 1024);
}

void describe(BodyFields<RightsChange>& field) {
    field.named("RightsChange");
    field.optional("role", &RightsChange::role).one_of(role_names());
    field.optional("disabled", &RightsChange::disabled).describe("May not sign in");
}

}  // namespace kitchen::auth
