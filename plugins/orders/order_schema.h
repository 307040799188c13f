// The shapes of the bodies and responses of orders and quotes.
//
// Thread-safety: pure functions.
#pragma once

#include "kitchen/http/schema.h"

namespace kitchen::orders {

http::Schema checkout_schema();
http::Schema quote_request_schema();
http::Schema cancel_schema();
http::Schema status_change_schema();
http::Schema order_schema();
http::Schema order_event_schema();
http::Schema quote_schema();

}  // namespace kitchen::orders
