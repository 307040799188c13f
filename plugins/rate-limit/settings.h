// The plugin's configuration: the keys as the kernel knows them, and the policies that they make.
//
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "kitchen/plugin_v1.h"
#include "kitchen/config.h"
#include "route_class.h"

namespace kitchen::rate_limit {

inline constexpr kitchen_config_key config_keys[] = {
    {"per_address.burst", KITCHEN_CONFIG_INTEGER, "2000", 0, "0..1000000",
     "Requests from one address at once; 0: no limit"},
    {"per_address.period", KITCHEN_CONFIG_DURATION, "10ms", 0, "1ms..1d", "One more every"},
    {"per_user.burst", KITCHEN_CONFIG_INTEGER, "2000", 0, "0..1000000",
     "Requests of one user at once, from wherever; 0: no limit"},
    {"per_user.period", KITCHEN_CONFIG_DURATION, "10ms", 0, "1ms..1d", "One more every"},
    {"exempt", KITCHEN_CONFIG_LIST, "['GET /livez', 'GET /readyz', 'GET /health/', 'GET /metrics']",
     0, nullptr, "Routes without any limit"},
    {"classes.*.routes", KITCHEN_CONFIG_LIST, nullptr, 1, nullptr,
     "Routes with limits of their own: 'POST /login/', '* /admin/*'"},
    {"classes.*.per_address.burst", KITCHEN_CONFIG_INTEGER, "0", 0, "0..1000000",
     "As above, for this class; 0: no limit"},
    {"classes.*.per_address.period", KITCHEN_CONFIG_DURATION, "1s", 0, "1ms..1d", "One more every"},
    {"classes.*.per_user.burst", KITCHEN_CONFIG_INTEGER, "0", 0, "0..1000000",
     "As above, for this class; 0: no limit"},
    {"classes.*.per_user.period", KITCHEN_CONFIG_DURATION, "1s", 0, "1ms..1d", "One more every"},
};

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

struct Settings {
    RouteClass exempt;
    std::vector<ClassSettings> classes;  ///< the first that holds a route has it
    ClassSettings rest;                  ///< "default": all others
};

/// Throws std::runtime_error, with a sentence that names the keys, for values that do not fit
/// together.
Settings read_settings(const Config& config);

}  // namespace kitchen::rate_limit
