// Where the server's own secret comes from: the configuration, a file that is made on the first
// start, or nowhere.
//
// Every replica needs the same one: codes, tokens and sign-ups made under one key mean nothing
// under another.
//
// Thread-safety: functions to be called while the plugin is configured and started.
#pragma once

#include <filesystem>
#include <string>

#include "kitchen/log.h"
#include "kitchen/random.h"
#include "keys/secret_key.h"

namespace kitchen::auth {

struct ServerKeySource {
    static constexpr std::size_t min_length = 32;  ///< characters of a key given as text

    std::string key;                 ///< the secret itself; "" when not given
    std::filesystem::path key_file;  ///< "" when not given
};

/// Looks at what is given and touches nothing. Throws std::runtime_error, with a sentence that says
/// what to change, when both are given or the text is too short.
void check_server_key(const ServerKeySource& source);

/// The key from the text, or from the file: 64 hexadecimal digits, made with mode 0600 (its missing
/// folders with 0700) when there is none; of two processes that make it at the same time, both use
/// the one that came first. With neither, a random key that lasts as long as the process, and a
/// warning. Throws std::runtime_error, with a sentence that says what to change, as
/// check_server_key() does, and when the file holds too short a secret, or cannot be read or made.
SecretKey load_server_key(const ServerKeySource& source, Random& random, Logger& log);

}  // namespace kitchen::auth
