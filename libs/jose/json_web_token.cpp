#include "json_web_token.h"

#include <algorithm>
#include <optional>

#include "base64url.h"

namespace kitchen {
namespace {

constexpr std::size_t max_keys = 100;

std::optional<Json> object_in(std::string_view part) {
    const auto text = from_base64url(part);
    auto json = text ? parse_json(*text) : std::nullopt;  // refuses two members of one name
    return json && json->is_object() ? json : std::nullopt;
}

const JsonWebKey* choose(std::span<const JsonWebKey> keys, JwtAlgorithm algorithm,
                         const Json* kid) {
    const JsonWebKey* chosen = nullptr;
    for (const JsonWebKey& key : keys) {
        if (key.algorithm() != algorithm || (kid && kid->as_string() != key.id())) continue;
        if (chosen) return nullptr;
        chosen = &key;
    }
    return chosen;
}

}  // namespace

std::string sign_jwt(const Json& claims, const JsonWebKey& key, std::string_view type) {
    const Json header =
        Json::object({{"alg", name_of(key.algorithm())}, {"kid", key.id()}, {"typ", type}});
    const std::string text = base64url(header.dump()) + '.' + base64url(claims.dump());
    return text + '.' + base64url(key.sign(text));
}

std::variant<Json, JwtError> verify_jwt(std::string_view text, std::span<const JsonWebKey> keys,
                                        std::span<const JwtAlgorithm> algorithms) {
    if (text.size() > max_jwt_size || std::count(text.begin(), text.end(), '.') != 2)
        return JwtError::malformed;
    const std::size_t second = text.find('.') + 1, third = text.rfind('.') + 1;
    const auto header = object_in(text.substr(0, second - 1));
    auto claims = object_in(text.substr(second, third - 1 - second));
    const auto signature = from_base64url(text.substr(third));
    if (!header || !claims || !signature) return JwtError::malformed;
    const Json* kid = header->find("kid");
    if (header->find("crit") || !(*header)["alg"].is_string() || (kid && !kid->is_string()))
        return JwtError::malformed;
    const auto algorithm = jwt_algorithm((*header)["alg"].as_string());
    if (!algorithm ||
        std::find(algorithms.begin(), algorithms.end(), *algorithm) == algorithms.end())
        return JwtError::algorithm;
    const JsonWebKey* key = choose(keys, *algorithm, kid);
    if (!key) return JwtError::unknown_key;
    if (!key->verify(text.substr(0, third - 1), *signature)) return JwtError::signature;
    return std::move(*claims);
}

std::vector<JsonWebKey> keys_of(const Json& key_set) {
    std::vector<JsonWebKey> keys;
    if (!key_set["keys"].is_array()) return keys;
    for (const Json& jwk : key_set["keys"].as_array()) {
        if (keys.size() == max_keys) break;
        if (auto key = JsonWebKey::from_jwk(jwk)) keys.push_back(std::move(*key));
    }
    return keys;
}

}  // namespace kitchen
