// HTTP to cart and back.
//
// Thread-safety: the handlers run on many threads at once.
#pragma once

#include "cart_service.h"
#include "kitchen/plugin.h"

namespace kitchen::cart {

class CartRoutes {
public:
    /// Adds the routes, which call back into this object: it must stay where it is. All must
    /// outlive them.
    CartRoutes(Setup& setup, CartService& carts, const Catalog& catalog);
    CartRoutes(const CartRoutes&) = delete;
    CartRoutes& operator=(const CartRoutes&) = delete;

private:
    Result<http::Response> read(http::Request& request);
    Result<http::Response> add(http::Request& request);
    Result<http::Response> change(http::Request& request);
    Result<http::Response> remove(http::Request& request);
    Result<http::Response> clear(http::Request& request);

    CartService& carts_;
    const Catalog& catalog_;
};

}  // namespace kitchen::cart
