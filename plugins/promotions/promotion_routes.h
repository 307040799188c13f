// HTTP to the promotions, for administrators.
//
// Thread-safety: the handlers run on many threads at once.
#pragma once

#include "kitchen/plugin.h"
#include "promotion_service.h"

namespace kitchen::promotions {

class PromotionRoutes {
public:
    /// Adds the routes, which call back into this object: it must stay where it is. All must
    /// outlive them.
    PromotionRoutes(Setup& setup, PromotionService& promotions, Logger& log);
    PromotionRoutes(const PromotionRoutes&) = delete;
    PromotionRoutes& operator=(const PromotionRoutes&) = delete;

private:
    Result<http::Response> list(http::Request& request);
    Result<http::Response> add(http::Request& request);
    Result<http::Response> read(http::Request& request);
    Result<http::Response> change(http::Request& request);
    Result<http::Response> archive(http::Request& request);
    void note(const char* what, std::int64_t id, const http::Request& request);

    PromotionService& promotions_;
    Logger& log_;
};

}  // namespace kitchen::promotions
