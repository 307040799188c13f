// A key that signs JSON Web Tokens, or the public half of one that verifies them (RFC 7517, RFC
// 7518): ES256 (P-256) and RS256 (RSA of 2048 to 4096 bits), and nothing else. A key has one
// algorithm, so that a token cannot choose another for it.
//
// Thread-safety: immutable; copies share the key.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "kitchen/json.h"

using EVP_PKEY = struct evp_pkey_st;  // of libcrypto, which json_web_key.cpp alone sees

namespace kitchen {

enum class JwtAlgorithm : std::uint8_t { es256, rs256 };
std::string_view name_of(JwtAlgorithm algorithm);  ///< "ES256", "RS256"
std::optional<JwtAlgorithm> jwt_algorithm(std::string_view name);

class JsonWebKey {
public:
    /// A new pair. Throws std::runtime_error when libcrypto cannot make one.
    static JsonWebKey generate(JwtAlgorithm algorithm);
    /// The public key in a JWK; private members are not looked at. Nothing when it is no key of one
    /// of the two algorithms that is meant for signatures ("use", "key_ops", "alg").
    static std::optional<JsonWebKey> from_jwk(const Json& jwk);
    /// A private key: PKCS #8, encrypted with the passphrase unless that is empty. Nothing when it
    /// is none, or the passphrase is not the right one.
    static std::optional<JsonWebKey> from_pem(std::string_view pem, std::string_view passphrase);

    /// What from_pem() reads; encrypted with AES-256-CBC and PBKDF2 unless the passphrase is empty.
    /// Throws std::logic_error for a public key.
    std::string private_pem(std::string_view passphrase) const;
    /// With kid, use and alg.
    Json public_jwk() const;

    /// The kid: as the JWK says, else the thumbprint.
    const std::string& id() const noexcept { return id_; }
    JwtAlgorithm algorithm() const noexcept { return algorithm_; }
    /// RFC 7638, SHA-256, in Base64url.
    std::string thumbprint() const;

    /// As RFC 7518 has it: of ES256 r and s in 32 bytes each. Throws std::logic_error for a public
    /// key.
    std::string sign(std::string_view text) const;
    bool verify(std::string_view text, std::string_view signature) const;

private:
    JsonWebKey(std::shared_ptr<EVP_PKEY> key, JwtAlgorithm algorithm, bool is_private);

    std::shared_ptr<EVP_PKEY> key_;
    JwtAlgorithm algorithm_;
    bool is_private_;
    std::string id_;
};

/// SHA-256 in Base64url: of `at_hash`, `c_hash` (their left half) and PKCE's S256.
std::string sha256_base64url(std::string_view text, std::size_t bytes = 32);
/// The time says nothing about where two texts of one length differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace kitchen
