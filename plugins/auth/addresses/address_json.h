// An address as JSON, and the schemas that describe it.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

#include "addresses/address_repository.h"
#include "kitchen/http/schema.h"
#include "kitchen/json.h"

namespace kitchen::auth {

std::string address_json(const SavedAddress& address);
http::Schema address_schema();

http::Schema new_address_schema();
http::Schema address_change_schema();
/// Writes the members of a body that fits one of those over what is in `address`.
void apply_json(const Json& body, Address& address);

}  // namespace kitchen::auth
