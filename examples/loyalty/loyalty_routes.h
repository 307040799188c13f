// The HTTP side: two routes.
//
// Thread-safety: the handlers run on many threads at once.
#pragma once

#include "kitchen/plugin.h"
#include "loyalty_service.h"

namespace loyalty {

class LoyaltyRoutes {
public:
    /// Adds the routes, which call back into this object: it must stay where it is. The service
    /// must outlive them.
    LoyaltyRoutes(kitchen::Setup& setup, const LoyaltyService& service);
    LoyaltyRoutes(const LoyaltyRoutes&) = delete;
    LoyaltyRoutes& operator=(const LoyaltyRoutes&) = delete;

private:
    kitchen::Result<kitchen::http::Response> read(const kitchen::http::Request& request) const;
    kitchen::Result<kitchen::http::Response> redeem(const kitchen::http::Request& request) const;

    const LoyaltyService& service_;
};

}  // namespace loyalty
