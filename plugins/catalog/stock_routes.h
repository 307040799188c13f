// The HTTP side of stock: /foods/{id}/stock/.
//
// Thread-safety: handlers run on many threads at once; they keep no state.
#pragma once

#include "food_service.h"
#include "kitchen/plugin.h"

namespace kitchen::catalog {

class StockRoutes {
public:
    /// Adds the routes, which call back into this object: it must stay where it is. `service` must
    /// outlive them.
    StockRoutes(Setup& setup, FoodService& service);
    StockRoutes(const StockRoutes&) = delete;
    StockRoutes& operator=(const StockRoutes&) = delete;

private:
    Result<http::Response> adjust(const http::Request& request) const;
    Result<http::Response> journal(const http::Request& request) const;

    FoodService& service_;
};

}  // namespace kitchen::catalog
