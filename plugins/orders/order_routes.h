// HTTP to orders and quotes, and back.
//
// Thread-safety: the handlers run on many threads at once.
#pragma once

#include <string>

#include "checkout_service.h"
#include "kitchen/plugin.h"
#include "order_service.h"
#include "zone.h"

namespace kitchen::orders {

class OrderRoutes {
public:
    /// Adds the routes, which call back into this object: it must stay where it is. All must
    /// outlive them.
    OrderRoutes(Setup& setup, CheckoutService& checkout, OrderService& orders, Logger& log,
                const std::string& time_zone = "Africa/Lagos");
    OrderRoutes(const OrderRoutes&) = delete;
    OrderRoutes& operator=(const OrderRoutes&) = delete;

private:
    Result<http::Response> explain(http::Request& request);
    Result<http::Response> quote(http::Request& request);
    Result<http::Response> place(http::Request& request);
    Result<http::Response> list(http::Request& request);
    Result<http::Response> read(http::Request& request);
    Result<http::Response> reorder(http::Request& request);
    Result<http::Response> receipt(http::Request& request);
    Result<http::Response> cancel(http::Request& request);
    Result<http::Response> change_status(http::Request& request);
    Result<http::Response> move(http::Request& request, OrderState to, const std::string& reason);

    CheckoutService& checkout_;
    OrderService& orders_;
    Logger& log_;
    const Zone zone_;  ///< of the times on receipts
};

}  // namespace kitchen::orders
