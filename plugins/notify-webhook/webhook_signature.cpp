#include "webhook_signature.h"

#include <sodium.h>

namespace kitchen::webhook {
namespace {

constexpr std::string_view secret_start = "whsec_";

std::string base64(const unsigned char* bytes, std::size_t size) {
    std::string text(sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes, size, sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();  // its NUL
    return text;
}

std::string signature(const std::string& secret, std::string_view id, std::string_view timestamp,
                      std::string_view body) {
    crypto_auth_hmacsha256_state state;
    const auto add = [&](std::string_view part) {
        crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                                      part.size());
    };
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()),
                                secret.size());
    for (const std::string_view part :
         {id, std::string_view("."), timestamp, std::string_view(".")})
        add(part);
    add(body);
    unsigned char out[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_final(&state, out);
    return "v1," + base64(out, sizeof(out));
}

}  // namespace

std::optional<std::string> parse_secret(std::string_view text) {
    if (!text.starts_with(secret_start)) return std::nullopt;
    text.remove_prefix(secret_start.size());
    std::string bytes(64, '\0');
    std::size_t size = 0;
    const char* end = nullptr;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &size, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != text.data() + text.size() || size < 24)
        return std::nullopt;
    bytes.resize(size);
    return bytes;
}

std::string signatures(const std::vector<std::string>& secrets, std::string_view id,
                       std::string_view timestamp, std::string_view body) {
    std::string all;
    for (const std::string& secret : secrets)
        all += (all.empty() ? "" : " ") + signature(secret, id, timestamp, body);
    return all;
}

}  // namespace kitchen::webhook
