#include "accounts/user_json.h"

#include "kitchen/time.h"

namespace kitchen::auth {
namespace {

using http::Format;
using http::Schema;

void write_members(JsonWriter& out, const User& user) {
    out.member("id", user.id)
        .member("email", user.email)
        .member("phone_number", user.phone_number)
        .member("referral_code", user.referral_code)
        .member("role", user.role)
        .member("created_at", format_rfc3339(from_millis(user.created_at)))
        .member("updated_at", format_rfc3339(from_millis(user.updated_at)));
}

Schema common_schema() {
    return Schema::object({
        {"id", Schema::integer().min(1)},
        {"email", Schema::string().format(Format::email)},
        {"phone_number", Schema::string().describe("E.164, like +2348031234567")},
        {"referral_code", Schema::string().describe("Their own, to give away")},
        {"role", Schema::string().one_of(role_names())},
        {"created_at", Schema::string().format(Format::date_time)},
        {"updated_at", Schema::string().format(Format::date_time)},
    });
}

}  // namespace

std::vector<std::string> role_names() {
    return {std::string(role_customer), std::string(role_kitchen), std::string(role_admin)};
}

void write_user(JsonWriter& out, const User& user) {
    out.begin_object();
    write_members(out, user);
    out.end_object();
}

std::string user_json(const User& user) {
    std::string text;
    JsonWriter out(text);
    write_user(out, user);
    return text;
}

Schema user_schema() { return common_schema().named("User"); }

void write_user_record(JsonWriter& out, const User& user) {
    out.begin_object();
    write_members(out, user);
    out.member("disabled", user.disabled);
    out.end_object();
}

std::string user_record_json(const User& user) {
    std::string text;
    JsonWriter out(text);
    write_user_record(out, user);
    return text;
}

Schema user_record_schema() {
    Schema schema = common_schema();
    schema.members.push_back({"disabled", Schema::boolean().describe("May not sign in")});
    return schema.named("UserRecord");
}

}  // namespace kitchen::auth
