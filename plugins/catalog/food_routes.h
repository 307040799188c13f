// The HTTP side of the menu: /foods/, /foods/{id}/, /categories/.
//
// Thread-safety: handlers run on many threads at once; they keep no state.
#pragma once

#include <memory>

#include "food_service.h"
#include "kitchen/plugin.h"

namespace kitchen::catalog {

class FoodRoutes {
public:
    /// `service` is the plugin's slot: empty while routes are declared, filled before the first request, and outlives this.
    explicit FoodRoutes(const std::unique_ptr<FoodService>& service) : service_(service) {}

    /// The routes call back into this object, which must stay where it is.
    void declare(Setup& setup) const;

private:
    Result<http::Response> list(const http::Request& request) const;
    Result<http::Response> read(const http::Request& request) const;
    Result<http::Response> create(const http::Request& request) const;
    /// PATCH changes the members that the body names; PUT begins from an empty food.
    Result<http::Response> change(const http::Request& request, bool whole) const;
    Result<http::Response> remove(const http::Request& request) const;
    Result<http::Response> categories() const;

    const std::unique_ptr<FoodService>& service_;
};

/// If-Match of a request, as the service wants it. The request must outlive the check.
VersionCheck if_match(const http::Request& request);
/// A food with its ETag.
http::Response food_answer(int status, const Food& food);
/// For the description of routes that honour it.
http::Parameter if_match_parameter();

}  // namespace kitchen::catalog
