#include "keys/secret_key.h"

#include <sodium.h>

#include <cstdint>
#include <stdexcept>

namespace kitchen::auth {
namespace {

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

void prepare_crypto() {
    if (sodium_init() < 0) throw std::runtime_error("libsodium could not be initialised");
}

SecretKey SecretKey::from_text(std::string_view text) {
    SecretKey key;
    crypto_generichash(key.bytes_.data(), size, bytes_of(text), text.size(), nullptr, 0);
    return key;
}

SecretKey::~SecretKey() { sodium_memzero(bytes_.data(), size); }

SecretKey SecretKey::derive(std::string_view purpose) const {
    SecretKey key;
    crypto_generichash(key.bytes_.data(), size, bytes_of(purpose), purpose.size(), bytes_.data(),
                       size);
    return key;
}

std::string SecretKey::mac(std::initializer_list<std::string_view> fields) const {
    crypto_generichash_state state;
    crypto_generichash_init(&state, bytes_.data(), size, size);
    for (std::string_view field : fields) {
        std::array<unsigned char, 8> length{};
        for (std::size_t i = 0; i < length.size(); ++i)
            length[i] = static_cast<unsigned char>(std::uint64_t{field.size()} >> (8 * i));
        crypto_generichash_update(&state, length.data(), length.size());
        crypto_generichash_update(&state, bytes_of(field), field.size());
    }
    std::array<unsigned char, size> hash{};
    crypto_generichash_final(&state, hash.data(), size);
    sodium_memzero(&state, sizeof state);
    std::string hex(2 * size + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
    hex.pop_back();
    return hex;
}

}  // namespace kitchen::auth
