// The HTTP side of the menu: /foods/, /foods/{id}/, /categories/.
//
// Thread-safety: handlers run on many threads at once; they keep no state.
#pragma once

#include "cache/response_cache.h"
#include "food_service.h"
#include "kitchen/plugin.h"

namespace kitchen::catalog {

class FoodRoutes {
public:
    /// Adds the routes, which call back into this object: it must stay where it is. Both must
    /// outlive them. `cache` nullptr: every read goes to the store.
    FoodRoutes(Setup& setup, FoodService& service, ResponseCache* cache);
    FoodRoutes(const FoodRoutes&) = delete;
    FoodRoutes& operator=(const FoodRoutes&) = delete;

private:
    Result<http::Response> list(const http::Request& request) const;
    Result<http::Response> read(const http::Request& request) const;
    Result<http::Response> create(const http::Request& request) const;
    /// PATCH changes the members that the body names; PUT begins from an empty food.
    Result<http::Response> change(const http::Request& request, bool whole) const;
    Result<http::Response> remove(const http::Request& request) const;
    Result<http::Response> restore(const http::Request& request) const;
    Result<http::Response> categories(const http::Request& request) const;
    /// From the cache; `read` asks the store. `key` must hold everything that the response depends
    /// on.
    Result<http::Response> response(const http::Request& request, const std::string& key,
                                    const ResponseCache::Read& read) const;

    FoodService& service_;
    ResponseCache* const cache_;
};

/// A food with its ETag.
http::Response food_response(int status, const Food& food);

}  // namespace kitchen::catalog
