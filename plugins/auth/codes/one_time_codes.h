// Six-digit codes that prove who reads a mailbox or has a number. A code itself is only ever in the
// message; what waits for it is a keyed hash that is bound to one subject (a sign-up session, an
// account), so a code is worth nothing anywhere else.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kitchen/cache.h"
#include "kitchen/random.h"
#include "keys/server_key.h"

namespace kitchen::auth {

class OneTimeCodes {
public:
    static constexpr std::size_t digits = 6;
    /// The field of a cache entry that holds the hash.
    static constexpr std::string_view field = "otp_mac";

    /// `random` must outlive this.
    OneTimeCodes(PurposeKey key, Random& random) : key_(std::move(key)), random_(random) {}

    /// Uniform over 000000 to 999999.
    std::string make() const;
    /// The same for the same subject and seed, so that it can be mailed again: as good as one of
    /// make() to all who do not have the server key.
    std::string of_seed(std::string_view subject, std::string_view seed) const;
    std::string mac(std::string_view subject, std::string_view code) const {
        return key_.mac({subject, code});
    }

    /// Compares in the cache entry `key`, at most `max_attempts` wrong ones in all; gives the
    /// entry's fields on a match. Errors: wrong_code() (after the last try the entry is gone);
    /// `missing` when there is no such entry; what the cache reports.
    Result<CacheFields> check(Cache& cache, std::string_view key, std::string_view subject,
                              std::string_view code, std::int64_t max_attempts,
                              const Error& missing) const;

private:
    PurposeKey key_;
    Random& random_;
};

/// unauthenticated "otp_wrong" with member attempts_left; with none left too_many_requests
/// "otp_exhausted", with Retry-After.
Error wrong_code(std::int64_t attempts_left);

/// The field of that name, or "".
std::string_view field_of(const CacheFields& fields, std::string_view name);

}  // namespace kitchen::auth
