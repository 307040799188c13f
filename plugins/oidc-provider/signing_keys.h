// The keys that sign, of each algorithm: kept in the store, so that all replicas have the same. A
// new key is shown for `overlap` before it signs, so that clients which keep the list have it by
// then; an old one is shown for as long after.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "json_web_key.h"
#include "kitchen/keyed_hash.h"
#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/store.h"

namespace kitchen::oidc_provider {

class SigningKeys {
public:
    struct Times {
        std::chrono::milliseconds rotate_every, overlap;
    };
    /// All must outlive this.
    SigningKeys(Store& store, const KeyedHash& secret, const Clock& clock, Logger& log,
                Times times);

    /// Makes the keys that are due, and removes those that have had their time.
    Status rotate();
    /// All that are shown, newest first.
    Result<std::vector<JsonWebKey>> all();
    /// Error: unavailable before rotate().
    Result<JsonWebKey> signing(JwtAlgorithm algorithm);

private:
    struct Aged {
        JsonWebKey key;
        std::int64_t created_at;
    };
    Result<std::vector<Aged>> read(Transaction& tx);
    Status make(JwtAlgorithm algorithm);

    Store& store_;
    const KeyedHash& secret_;
    const Clock& clock_;
    Logger& log_;
    const Times times_;
    Statement list_, add_, remove_;
    std::mutex mutex_;
    std::map<std::string, JsonWebKey, std::less<>> opened_;  ///< by kid; opening one takes a while
};

}  // namespace kitchen::oidc_provider
