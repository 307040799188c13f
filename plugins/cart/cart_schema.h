// The shapes of the cart's bodies and responses.
//
// Thread-safety: pure functions.
#pragma once

#include "kitchen/http/schema.h"

namespace kitchen::cart {

inline constexpr std::int64_t max_request_quantity = 99;
inline constexpr std::int64_t max_instructions = 500;

http::Schema new_line_schema();
http::Schema line_change_schema();
http::Schema line_schema();
http::Schema cart_schema();
http::Schema cleared_schema();

}  // namespace kitchen::cart
