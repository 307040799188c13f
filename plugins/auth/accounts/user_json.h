// An account as JSON, and the schemas that describe it.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "kitchen/http/schema.h"
#include "kitchen/json.h"
#include "accounts/user.h"

namespace kitchen::auth {

/// What people see of their own account.
void write_user(JsonWriter& out, const User& user);
std::string user_json(const User& user);
http::Schema user_schema();

/// What administrators see of everybody's.
void write_user_record(JsonWriter& out, const User& user);
std::string user_record_json(const User& user);
http::Schema user_record_schema();

/// The roles, for schemas.
std::vector<std::string> role_names();

}  // namespace kitchen::auth
