#include "settings.h"

#include <stdexcept>

namespace kitchen::rate_limit {
namespace {

/// cache/1 takes no longer span; nor would anybody wait for it.
constexpr std::chrono::hours longest_window{24 * 366};

Policy policy(const Config& config, const std::string& prefix, const std::string& key,
              std::string name) {
    Policy out{std::move(name), config.integer(prefix + key + ".burst"),
               config.duration(prefix + key + ".period")};
    if (out.burst > longest_window / out.period)
        throw std::runtime_error(prefix + key +
                                 ": burst times period is longer than a year; make either smaller");
    return out;
}

RouteClass routes(const Config& config, const std::string& key) {
    try {
        return RouteClass(config.list(key));
    } catch (const std::invalid_argument& fault) {
        throw std::runtime_error(key + ": " + fault.what());
    }
}

void read_limits(const Config& config, const std::string& prefix, ClassSettings& out) {
    out.per_address = policy(config, prefix, "per_address", out.name + "-address");
    out.per_user = policy(config, prefix, "per_user", out.name + "-user");
}

}  // namespace

Settings read_settings(const Config& config) {
    Settings settings;
    settings.exempt = routes(config, "exempt");
    settings.rest.name = "default";
    read_limits(config, "", settings.rest);
    for (const std::string& name : config.names("classes")) {
        const std::string prefix = "classes." + name + ".";
        if (name == settings.rest.name)
            throw std::runtime_error(
                "classes.default: that is what all other routes are; set per_address and per_user "
                "at the top");
        ClassSettings out{name, routes(config, prefix + "routes"), {}, {}};
        read_limits(config, prefix, out);
        settings.classes.push_back(std::move(out));
    }
    return settings;
}

}  // namespace kitchen::rate_limit
