#include "passwords/password_hasher.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "keys/secret_key.h"
#include "kitchen/cores.h"

namespace kitchen::auth {
namespace {

std::size_t half_the_cores() { return std::max<std::size_t>(1, usable_cores() / 2); }

// As libsodium takes them.
unsigned long long passes(const Argon2Cost& cost) {
    return static_cast<unsigned long long>(cost.passes);
}
std::size_t memory(const Argon2Cost& cost) { return static_cast<std::size_t>(cost.memory.count); }

Error out_of_memory() {
    return Error(Errc::unavailable, "busy",
                 "The server has no memory left to check passwords. Try again in some seconds.")
        .retry_in(std::chrono::seconds(5));
}

template <std::size_t size>
std::string random_base64() {
    std::array<unsigned char, size> bytes{};
    randombytes_buf(bytes.data(), size);
    constexpr int variant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
    std::array<char, sodium_base64_ENCODED_LEN(size, variant)> text{};
    sodium_bin2base64(text.data(), text.size(), bytes.data(), size, variant);
    return text.data();
}

}  // namespace

std::string make_dummy_hash(const Argon2Cost& cost) {
    prepare_crypto();
    return "$argon2id$v=19$m=" + std::to_string(cost.memory.count / 1024) +
           ",t=" + std::to_string(cost.passes) + ",p=1$" + random_base64<16>() + "$" +
           random_base64<32>();
}

PasswordHasher::PasswordHasher(Argon2Cost cost, std::size_t parallelism, std::size_t queue,
                               Waits& waits)
    : PasswordHasher(cost, Places{parallelism == 0 ? half_the_cores() : parallelism}, queue,
                     waits) {}

PasswordHasher::PasswordHasher(Argon2Cost cost, Places places, std::size_t queue, Waits& waits)
    : cost_(cost),
      waits_(waits),
      gate_(places.count, queue),
      threads_(places.count),
      dummy_hash_(make_dummy_hash(cost)) {}

/// "" when out of memory.
std::string PasswordHasher::make(std::string_view password) const {
    std::array<char, crypto_pwhash_STRBYTES> phc{};
    if (crypto_pwhash_str_alg(phc.data(), password.data(), password.size(), passes(cost_),
                              memory(cost_), crypto_pwhash_ALG_ARGON2ID13) != 0)
        return {};
    return phc.data();
}

Result<std::string> PasswordHasher::hash(std::string_view password, std::string_view client) {
    const Parked parked(waits_);
    const auto pass = gate_.enter(client);
    if (!pass) return pass.error();
    std::string phc;
    threads_.run([&] { phc = make(password); });
    if (phc.empty()) return out_of_memory();
    return phc;
}

Result<bool> PasswordHasher::verify(const std::string& phc, std::string_view password,
                                    std::string_view client) {
    const Parked parked(waits_);
    const auto pass = gate_.enter(client);
    if (!pass) return pass.error();
    bool right = false;
    threads_.run([&] {
        right = crypto_pwhash_str_verify(phc.c_str(), password.data(), password.size()) == 0;
    });
    return right;
}

Status PasswordHasher::verify_nothing(std::string_view password, std::string_view client) {
    if (auto done = verify(dummy_hash_, password, client); !done) return done.error();
    return {};
}

bool PasswordHasher::is_outdated(const std::string& phc) const {
    return crypto_pwhash_str_needs_rehash(phc.c_str(), passes(cost_), memory(cost_)) != 0;
}

}  // namespace kitchen::auth
