// The HTTP side of ratings: /foods/{id}/ratings/.
//
// Thread-safety: handlers run on many threads at once; they keep no state.
#pragma once

#include "kitchen/plugin.h"
#include "rating_service.h"

namespace kitchen::ratings {

class RatingRoutes {
public:
    /// Adds the routes, which call back into this object: it must stay where it is. `service` must
    /// outlive them.
    RatingRoutes(Setup& setup, RatingService& service);
    RatingRoutes(const RatingRoutes&) = delete;
    RatingRoutes& operator=(const RatingRoutes&) = delete;

private:
    Result<http::Response> add(const http::Request& request) const;
    Result<http::Response> list(const http::Request& request) const;
    Result<http::Response> remove(const http::Request& request) const;

    RatingService& service_;
};

}  // namespace kitchen::ratings
