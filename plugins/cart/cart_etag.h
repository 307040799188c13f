// The validators of a cart: its version, and for reads also what the catalogue has done to it
// since.
//
// GET /cart/ shows today's prices, so the same version can look different from one day to the next.
// The tag is "7" as long as the cart looks as it did when it became version 7, and
// "7-<hexadecimal>" once the catalogue has moved: then a cached copy is not taken for fresh. A
// write asks only whether the cart itself has changed: If-Match takes either.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

#include "cart_service.h"
#include "kitchen/http/response.h"

namespace kitchen::cart {

/// With its quotes.
std::string etag_of(const CartView& view);

/// As http::if_match(), but a tag with the hexadecimal is one of its version too.
VersionCheck if_cart_matches(const http::Request& request);

}  // namespace kitchen::cart
