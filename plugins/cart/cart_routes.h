// HTTP to cart and back.
//
// Thread-safety: declare() and serve() during configure and start; the handlers then on many
// threads at once.
#pragma once

#include "cart_service.h"
#include "kitchen/plugin.h"

namespace kitchen::cart {

class CartRoutes {
public:
    /// Adds the routes. They answer once serve() has been called.
    void declare(Setup& setup);
    /// Both must outlive the routes.
    void serve(CartService& carts, const Catalog& catalog);

private:
    Result<http::Response> read(http::Request& request);
    Result<http::Response> add(http::Request& request);
    Result<http::Response> change(http::Request& request);
    Result<http::Response> remove(http::Request& request);
    Result<http::Response> clear(http::Request& request);

    CartService* carts_ = nullptr;
    const Catalog* catalog_ = nullptr;
};

}  // namespace kitchen::cart
