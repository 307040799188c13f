// The server's own secret: where it comes from (the configuration, a file that is made on the first
// start, or nowhere), and the keys that are derived from it.
//
// Every replica needs the same one: codes, tokens and sign-ups made under one key mean nothing
// under another.
//
// Thread-safety: construct and open() on one thread; then all calls, from any thread.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "keys/secret_key.h"
#include "kitchen/keyed_hash.h"
#include "kitchen/log.h"
#include "kitchen/random.h"

namespace kitchen::auth {

struct ServerKeySource {
    static constexpr std::size_t min_length = 32;  ///< characters of a key given as text

    std::string key;                 ///< the secret itself; "" when not given
    std::filesystem::path key_file;  ///< "" when not given
};

class ServerKey {
public:
    /// Touches nothing. Prepares libsodium; throws std::runtime_error when it cannot work.
    explicit ServerKey(ServerKeySource source);

    /// Takes the key from the text, or from the file: 64 hexadecimal digits, made with mode 0600
    /// (its missing folders with 0700) when there is none; of two processes that make it at the
    /// same time, both use the one that came first. With neither, a random key that lasts as long
    /// as the process, and a warning. Throws std::runtime_error, with a sentence that says what to
    /// change, when the secret is too short, or the file cannot be read or made.
    void open(Random& random, Logger& log);

    /// Throws std::logic_error before open().
    const SecretKey& get() const;

private:
    ServerKeySource source_;
    std::optional<SecretKey> key_;
};

/// A key for one purpose, derived from the server's. May be made before that is open.
class PurposeKey {
public:
    /// `server` must outlive this.
    PurposeKey(const ServerKey& server, std::string_view purpose)
        : server_(server), purpose_(purpose) {}

    /// As SecretKey::mac().
    std::string mac(std::initializer_list<std::string_view> fields) const {
        return server_.get().derive(purpose_).mac(fields);
    }

private:
    const ServerKey& server_;
    const std::string purpose_;
};

/// keyed-hash/1.
class ServerHash final : public KeyedHash {
public:
    /// `server` must outlive this.
    explicit ServerHash(const ServerKey& server) : server_(server) {}
    std::string mac(std::string_view purpose,
                    std::initializer_list<std::string_view> fields) const override {
        return server_.get().derive("keyed-hash/1").derive(purpose).mac(fields);
    }

private:
    const ServerKey& server_;
};

}  // namespace kitchen::auth
