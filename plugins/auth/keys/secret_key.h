// A 256-bit secret, and what is done with it: derive a key for one purpose, authenticate or look up
// a value without keeping it.
//
// Built on libsodium's BLAKE2b. The bytes are wiped when a key is destroyed.
//
// Thread-safety: immutable; all calls, from any thread.
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace kitchen::auth {

/// Prepares libsodium; may be called any number of times, from any thread. Throws
/// std::runtime_error when it cannot work.
void prepare_crypto();

class SecretKey {
public:
    static constexpr std::size_t size = 32;

    /// From a secret text of any length: its hash is the key. The text must carry the entropy
    /// itself.
    static SecretKey from_text(std::string_view text);

    SecretKey(const SecretKey&) = default;
    SecretKey& operator=(const SecretKey&) = default;
    ~SecretKey();

    /// A key for one purpose, from which neither this one nor any other purpose's can be computed.
    SecretKey derive(std::string_view purpose) const;

    /// Keyed hash of the fields, 64 lower-case hexadecimal digits. Each field goes in with its
    /// length, so ("ab","c") and
    /// ("a","bc") differ.
    std::string mac(std::initializer_list<std::string_view> fields) const;

private:
    SecretKey() = default;
    std::array<unsigned char, size> bytes_{};
};

}  // namespace kitchen::auth
