#include "key_digest.h"

#include <array>

#include <sodium.h>

namespace kitchen {

std::string key_digest(std::string_view key) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(key.data()), key.size());
    std::string out;
    for (std::size_t i = 0; i < key_digest_length / 2; ++i) {
        out += static_cast<char>('a' + (hash[i] >> 4));
        out += static_cast<char>('a' + (hash[i] & 15));
    }
    return out;
}

}  // namespace kitchen
