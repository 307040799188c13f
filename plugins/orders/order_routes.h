// HTTP to orders and quotes, and back.
//
// Thread-safety: declare() and serve() during configure and start; the handlers then on many
// threads at once.
#pragma once

#include "checkout_service.h"
#include "kitchen/plugin.h"
#include "order_service.h"

namespace kitchen::orders {

class OrderRoutes {
public:
    /// Adds the routes. They answer once serve() has been called.
    void declare(Setup& setup);
    /// All must outlive the routes.
    void serve(CheckoutService& checkout, OrderService& orders, Logger& log);

private:
    Result<http::Response> quote(http::Request& request);
    Result<http::Response> place(http::Request& request);
    Result<http::Response> list(http::Request& request);
    Result<http::Response> read(http::Request& request);
    Result<http::Response> cancel(http::Request& request);
    Result<http::Response> change_status(http::Request& request);
    Result<http::Response> move(http::Request& request, OrderState to);

    CheckoutService* checkout_ = nullptr;
    OrderService* orders_ = nullptr;
    Logger* log_ = nullptr;
};

}  // namespace kitchen::orders
