// The plugin's settings as the file has them, and the policies that they make.
//
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "kitchen/settings.h"
#include "route_class.h"

namespace kitchen::rate_limit {

/// `burst` at once and one more every `period`, counted for each address or user apart. A burst of
/// 0 is no limit.
struct Policy {
    std::string name;  ///< "auth-address": in the cache's keys and in RateLimit fields
    std::int64_t burst = 0;
    std::chrono::milliseconds period{1};
};

/// Each request belongs to exactly one class and is counted there and nowhere else.
struct ClassSettings {
    std::string name;
    RouteClass routes;
    Policy per_address;
    Policy per_user;
};

struct Policies {
    RouteClass exempt;
    std::vector<ClassSettings> classes;  ///< the first that holds a route has it
    ClassSettings rest;                  ///< "default": all others
};

struct LimitKeys {
    std::int64_t burst = 0;
    std::chrono::milliseconds period = std::chrono::seconds(1);
    static void describe(Fields<LimitKeys>& field);
};

struct ClassKeys {
    std::vector<std::string> routes;
    LimitKeys per_address, per_user;
    static void describe(Fields<ClassKeys>& field);
};

struct RateLimitSettings {
    LimitKeys per_address{2000, std::chrono::milliseconds(10)};
    LimitKeys per_user{2000, std::chrono::milliseconds(10)};
    std::vector<std::string> exempt = {"GET /livez", "GET /readyz", "GET /health/", "GET /metrics"};
    std::vector<std::pair<std::string, ClassKeys>> classes;

    static void describe(Fields<RateLimitSettings>& field);
    static void check(const RateLimitSettings& settings, Problems& problems);
    /// Of settings that have passed check().
    Policies policies() const;
};

}  // namespace kitchen::rate_limit
