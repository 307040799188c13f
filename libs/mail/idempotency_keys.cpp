#include "idempotency_keys.h"

#include <algorithm>
#include <array>
#include <sodium.h>
#include <utility>

namespace kitchen {

std::string key_digest(std::string_view key) {
    if (key.size() == key_digest_length &&
        std::all_of(key.begin(), key.end(), [](char c) { return c >= 'a' && c <= 'p'; }))
        return std::string(key);
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(key.data()), key.size());
    std::string out;
    for (std::size_t i = 0; i < key_digest_length / 2; ++i) {
        out += static_cast<char>('a' + (hash[i] >> 4));
        out += static_cast<char>('a' + (hash[i] & 15));
    }
    return out;
}

KeyTurns::Turn::Turn(KeyTurns& turns, std::string key) : turns_(turns), key_(std::move(key)) {
    std::unique_lock lock(turns_.mutex_);
    turns_.given_back_.wait(lock, [this] { return !turns_.taken_.contains(key_); });
    turns_.taken_.insert(key_);
}

KeyTurns::Turn::~Turn() {
    {
        std::lock_guard lock(turns_.mutex_);
        turns_.taken_.erase(key_);
    }
    turns_.given_back_.notify_all();
}

}  // namespace kitchen
