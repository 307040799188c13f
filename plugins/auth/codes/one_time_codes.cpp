#include "codes/one_time_codes.h"

namespace kitchen::auth {

std::string OneTimeCodes::make() const {
    std::string code = std::to_string(random_.below(1'000'000));
    return std::string(digits - code.size(), '0') + code;
}

Result<CacheFields> OneTimeCodes::check(Cache& cache, std::string_view key,
                                        std::string_view subject, std::string_view code,
                                        std::int64_t max_attempts, const Error& missing) const {
    auto comparison = cache.compare_and_count(key, field, mac(subject, code), max_attempts);
    if (!comparison) return std::move(comparison).error();
    switch (comparison->outcome) {
        case Comparison::Outcome::match: return std::move(comparison->fields);
        case Comparison::Outcome::missing: return missing;
        case Comparison::Outcome::mismatch:
            return Error(Errc::unauthenticated, "otp_wrong",
                         "The code is not right. Look at the newest mail and try again.")
                .with_member("attempts_left", comparison->attempts_left);
        case Comparison::Outcome::exhausted: break;
    }
    return Error(Errc::too_many_requests, "otp_exhausted",
                 "Too many wrong codes; this one is not valid any more. Start again.");
}

std::string_view field_of(const CacheFields& fields, std::string_view name) {
    for (const auto& [key, value] : fields)
        if (key == name) return value;
    return {};
}

}  // namespace kitchen::auth
