// The shapes of the catalogue's bodies and responses: for validation and for the OpenAPI document.
//
// Thread-safety: pure functions.
#pragma once

#include "kitchen/http/schema.h"

namespace kitchen::catalog {

http::Schema food_schema();         ///< "Food", the response
http::Schema food_input_schema();   ///< "FoodInput", the body of POST and PUT
http::Schema food_change_schema();  ///< "FoodChange", the body of PATCH: every member optional
http::Schema categories_schema();   ///< "Categories"
http::Schema stock_adjustment_schema();
http::Schema stock_entry_schema();

}  // namespace kitchen::catalog
