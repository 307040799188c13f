// The HTTP side: two routes, and a middleware that sees the answers of the routes for orders.
//
// Thread-safety: declare() and serve() during configure and start; the rest from any thread.
#pragma once

#include "kitchen/plugin.h"
#include "loyalty_service.h"

namespace loyalty {

class LoyaltyRoutes {
public:
    void declare(kitchen::Setup& setup);
    /// To be called before the first request.
    void serve(const LoyaltyService& service) { service_ = &service; }

private:
    kitchen::Result<kitchen::http::Response> read(const kitchen::http::Request& request) const;
    kitchen::Result<kitchen::http::Response> redeem(const kitchen::http::Request& request) const;
    void watch(const kitchen::http::Request& request,
               const kitchen::http::Response& response) const;

    const LoyaltyService* service_ = nullptr;
    kitchen::Logger* log_ = nullptr;
};

}  // namespace loyalty
