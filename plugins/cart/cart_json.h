// How a cart looks to a client.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "kitchen/cart.h"
#include "kitchen/catalog.h"
#include "kitchen/json.h"

namespace kitchen::cart {

/// One item: foods as the catalogue shows them; the pointers of its problems are relative to the
/// item.
std::string line_json(const CartLine& line, const Catalog& catalog);

/// The whole cart; its own `problems` repeats those of the items, with pointers from the cart
/// ("/items/2/food").
std::string cart_json(const CartContents& contents, const Catalog& catalog);

/// A number that changes whenever anything a client sees of the items does: also prices and stock,
/// which do not change the version. The same on every machine and in every build.
std::int64_t fingerprint(const CartContents& contents, const Catalog& catalog);

}  // namespace kitchen::cart
