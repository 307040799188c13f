#include "rate_limit_settings.h"

#include <stdexcept>

namespace kitchen::rate_limit {
namespace {

constexpr const char* rest_name = "default";
/// cache/1 takes no longer span; nor would a client wait for it.
constexpr std::chrono::hours longest_window{24 * 366};

void check_limit(const LimitKeys& limit, Problems& problems) {
    if (limit.burst > longest_window / limit.period)
        problems.at(limit.burst, "times period is longer than a year; make either smaller");
}

void check_routes(const std::vector<std::string>& routes, Problems& problems) {
    try {
        RouteClass{routes};
    } catch (const std::invalid_argument& fault) {
        problems.at(routes, fault.what());
    }
}

ClassSettings class_of(const std::string& name, const RouteClass& routes,
                       const LimitKeys& per_address, const LimitKeys& per_user) {
    return {name,
            routes,
            {name + "-address", per_address.burst, per_address.period},
            {name + "-user", per_user.burst, per_user.period}};
}

}  // namespace

void LimitKeys::describe(Fields<LimitKeys>& field) {
    field("burst", &LimitKeys::burst, "Requests at once; 0: no limit").between(0, 1'000'000);
    field("period", &LimitKeys::period, "One more every")
        .between(std::chrono::milliseconds(1), std::chrono::hours(24));
}

void ClassKeys::describe(Fields<ClassKeys>& field) {
    field("routes", &ClassKeys::routes,
          "Routes with limits of their own: 'POST /login/', '* /admin/*'")
        .required();
    field.group("per_address", &ClassKeys::per_address);
    field.group("per_user", &ClassKeys::per_user);
}

void RateLimitSettings::describe(Fields<RateLimitSettings>& field) {
    field.group("per_address", &RateLimitSettings::per_address);
    field.group("per_user", &RateLimitSettings::per_user);
    field("exempt", &RateLimitSettings::exempt, "Routes without any limit");
    field.named("classes", &RateLimitSettings::classes);
}

void RateLimitSettings::check(const RateLimitSettings& settings, Problems& problems) {
    check_limit(settings.per_address, problems);
    check_limit(settings.per_user, problems);
    check_routes(settings.exempt, problems);
    for (const auto& [name, one] : settings.classes) {
        if (name == rest_name)
            problems.at(one.routes,
                        "'default' is what all other routes are; set per_address and per_user at "
                        "the top");
        check_routes(one.routes, problems);
        check_limit(one.per_address, problems);
        check_limit(one.per_user, problems);
    }
}

Policies RateLimitSettings::policies() const {
    Policies out;
    out.exempt = RouteClass(exempt);
    out.rest = class_of(rest_name, {}, per_address, per_user);
    for (const auto& [name, one] : classes)
        out.classes.push_back(
            class_of(name, RouteClass(one.routes), one.per_address, one.per_user));
    return out;
}

}  // namespace kitchen::rate_limit
