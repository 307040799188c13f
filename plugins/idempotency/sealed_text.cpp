#include "sealed_text.h"

#include <sodium.h>

#include <array>
#include <fstream>
#include <stdexcept>

#include "kitchen/bytes.h"

namespace kitchen::idempotency {
namespace {

using Key = std::array<unsigned char, crypto_secretbox_KEYBYTES>;

constexpr int encoding = sodium_base64_VARIANT_ORIGINAL;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

Key key_of(std::string_view digits) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium could not be initialised");
    Key key{};
    std::size_t length = 0;
    if (sodium_hex2bin(key.data(), key.size(), digits.data(), digits.size(), nullptr, &length,
                       nullptr) ||
        length != key.size())
        throw std::logic_error("a key of 64 hexadecimal digits is wanted");
    return key;
}

}  // namespace

std::string seal(std::string_view text, std::string_view key) {
    const Key secret = key_of(key);
    std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.size(), '\0');
    unsigned char* const nonce = bytes_of(sealed);
    randombytes_buf(nonce, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(nonce + crypto_secretbox_NONCEBYTES, bytes_of(text), text.size(), nonce,
                          secret.data());
    std::string encoded(sodium_base64_encoded_len(sealed.size(), encoding), '\0');
    sodium_bin2base64(encoded.data(), encoded.size(), bytes_of(sealed), sealed.size(), encoding);
    encoded.pop_back();  // the zero at its end
    return encoded;
}

std::optional<std::string> unseal(std::string_view sealed, std::string_view key) {
    constexpr std::size_t overhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    const Key secret = key_of(key);
    std::string bytes(sealed.size(), '\0');
    std::size_t length = 0;
    if (sodium_base642bin(bytes_of(bytes), bytes.size(), sealed.data(), sealed.size(), nullptr,
                          &length, nullptr, encoding) != 0 ||
        length < overhead)
        return std::nullopt;
    std::string text(length - overhead, '\0');
    const unsigned char* const nonce = bytes_of(bytes);
    if (crypto_secretbox_open_easy(bytes_of(text), nonce + crypto_secretbox_NONCEBYTES,
                                   length - crypto_secretbox_NONCEBYTES, nonce, secret.data()) != 0)
        return std::nullopt;
    return text;
}

std::optional<std::string> file_hash(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, crypto_generichash_BYTES);
    std::array<char, 64 * 1024> bytes{};
    while (file.read(bytes.data(), bytes.size()) || file.gcount() > 0)
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(bytes.data()),
                                  static_cast<std::size_t>(file.gcount()));
    if (file.bad()) return std::nullopt;
    std::string hash(crypto_generichash_BYTES, '\0');
    crypto_generichash_final(&state, bytes_of(hash), hash.size());
    return hex(hash);
}

}  // namespace kitchen::idempotency
