#include "rate_fields.h"

#include <algorithm>

namespace kitchen::rate_limit {
namespace {

void append(http::Fields& fields, std::string_view name, std::string item) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& field) { return field.first == name; });
    if (found == fields.end())
        fields.emplace_back(name, std::move(item));
    else
        found->second += ", " + item;
}

}  // namespace

std::int64_t seconds_up(std::chrono::milliseconds time) {
    return std::chrono::ceil<std::chrono::seconds>(time).count();
}

void add_fields(http::Fields& response, const Policy& policy, const RateDecision& decision) {
    const std::string name = '"' + policy.name + '"';
    const auto window = std::max<std::int64_t>(seconds_up(policy.burst * policy.period), 1);
    const auto wait = seconds_up(decision.allowed ? decision.reset_after : decision.retry_after);
    append(response, "RateLimit-Policy",
           name + ";q=" + std::to_string(policy.burst) + ";w=" + std::to_string(window));
    append(response, "RateLimit",
           name + ";r=" + std::to_string(decision.remaining) + ";t=" + std::to_string(wait));
}

}  // namespace kitchen::rate_limit
