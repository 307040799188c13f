#include "codes/one_time_codes.h"

#include "kitchen/text.h"

namespace kitchen::auth {
namespace {

constexpr std::uint64_t how_many = 1'000'000;

std::string written(std::uint64_t number) {
    std::string code = std::to_string(number);
    return std::string(OneTimeCodes::digits - code.size(), '0') + code;
}

}  // namespace

std::string OneTimeCodes::make() const { return written(random_.below(how_many)); }

std::string OneTimeCodes::of_seed(std::string_view subject, std::string_view seed) const {
    // 60 bits, of which the rest makes no code noticeably likelier.
    const std::string hash = key_.mac({"seed", subject, seed}).substr(0, 15);
    return written(parse_number<std::uint64_t>(hash, 16).value() % how_many);
}

Error wrong_code(std::int64_t attempts_left) {
    if (attempts_left > 0)
        return Error(Errc::unauthenticated, "otp_wrong",
                     "The code is not right. Look at the newest message and try again.")
            .with_member("attempts_left", attempts_left);
    return Error(Errc::too_many_requests, "otp_exhausted",
                 "Too many wrong codes; this one is not valid any more. Start again.")
        .retry_in(std::chrono::minutes(1));
}

Result<CacheFields> OneTimeCodes::check(Cache& cache, std::string_view key,
                                        std::string_view subject, std::string_view code,
                                        std::int64_t max_attempts, const Error& missing) const {
    auto comparison = cache.compare_and_count(key, field, mac(subject, code), max_attempts);
    if (!comparison) return std::move(comparison).error();
    switch (comparison->outcome) {
        case Comparison::Outcome::match: return std::move(comparison->fields);
        case Comparison::Outcome::missing: return missing;
        case Comparison::Outcome::mismatch: return wrong_code(comparison->attempts_left);
        case Comparison::Outcome::exhausted: break;
    }
    return wrong_code(0);
}

std::string_view field_of(const CacheFields& fields, std::string_view name) {
    for (const auto& [key, value] : fields)
        if (key == name) return value;
    return {};
}

}  // namespace kitchen::auth
