// Argon2id, bounded in time, memory and parallelism. Hashes are kept in PHC string format
// ("$argon2id$v=19$m=19456,t=2,p=1$…"), which carries salt and parameters with it.
//
// The work is done on threads of low priority, so that other requests are hardly delayed.
//
// `client` says for whom it is done: clients take turns (HashGate).
//
// Thread-safety: all calls, from any thread. They block for the time of one hash, and that of those
// before it at the gate.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "passwords/background_threads.h"
#include "passwords/hash_gate.h"
#include "kitchen/result.h"
#include "kitchen/settings.h"
#include "kitchen/waits.h"

namespace kitchen::auth {

/// What one hash costs. The default is the first choice of OWASP's Password Storage Cheat Sheet for
/// Argon2id (19 MiB, t=2, p=1).
struct Argon2Cost {
    std::int64_t passes = 2;
    Bytes memory = mebibytes(19);
    static void describe(Fields<Argon2Cost>& field);
};

/// A PHC string of that cost that no password is known for: salt and hash are random.
std::string make_dummy_hash(const Argon2Cost& cost);

class PasswordHasher {
public:
    /// `parallelism` 0: half the cores, at least one. Hashes nothing and starts no thread. `waits`
    /// must outlive this: callers are parked, at most so many as find a place or may wait for one.
    PasswordHasher(Argon2Cost cost, std::size_t parallelism, std::size_t queue, Waits& waits);

    /// The PHC string of a password under a new random salt. Error: unavailable, with Retry-After.
    Result<std::string> hash(std::string_view password, std::string_view client = {});

    /// Whether the password belongs to that PHC string; false also for a string that is none.
    /// Error: unavailable, with Retry-After.
    Result<bool> verify(const std::string& phc, std::string_view password,
                        std::string_view client = {});

    /// The same work as verify(), for an account that does not exist. Error: unavailable, with
    /// Retry-After.
    Status verify_nothing(std::string_view password, std::string_view client = {});

    /// True when the string was made at another cost than today's.
    bool is_outdated(const std::string& phc) const;

    const HashGate& gate() const noexcept { return gate_; }

private:
    struct Places {
        std::size_t count;
    };
    PasswordHasher(Argon2Cost cost, Places places, std::size_t queue, Waits& waits);
    std::string make(std::string_view password) const;

    const Argon2Cost cost_;
    Waits& waits_;
    HashGate gate_;
    BackgroundThreads
        threads_;  ///< as many as there are places inside the gate: no caller waits twice
    const std::string dummy_hash_;
};

}  // namespace kitchen::auth
