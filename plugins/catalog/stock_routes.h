// The HTTP side of stock: /foods/{id}/stock/.
//
// Thread-safety: handlers run on many threads at once; they keep no state.
#pragma once

#include <memory>

#include "food_service.h"
#include "kitchen/plugin.h"

namespace kitchen::catalog {

class StockRoutes {
public:
    /// `service` is the plugin's slot: empty while routes are declared, filled before the first
    /// request, and outlives this.
    explicit StockRoutes(const std::unique_ptr<FoodService>& service) : service_(service) {}

    /// The routes call back into this object, which must stay where it is.
    void declare(Setup& setup) const;

private:
    Result<http::Response> adjust(const http::Request& request) const;
    Result<http::Response> journal(const http::Request& request) const;

    const std::unique_ptr<FoodService>& service_;
};

}  // namespace kitchen::catalog
