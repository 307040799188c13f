#include "json_web_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <cstring>
#include <initializer_list>
#include <stdexcept>
#include <utility>

#include "base64url.h"

namespace kitchen {
namespace {

constexpr std::size_t coordinate = 32;  // bytes of a number of P-256
constexpr int least_rsa_bits = 2048, most_rsa_bits = 4096;

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
using Number = std::unique_ptr<BIGNUM, Deleter<BN_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using Memory = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;

/// libcrypto keeps errors for the thread's next caller otherwise.
struct ForgetErrors {
    ~ForgetErrors() { ERR_clear_error(); }
};

const unsigned char* bytes_at(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_at(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

[[noreturn]] void fail(const char* what) {
    throw std::runtime_error(std::string("libcrypto cannot ") + what);
}

std::shared_ptr<EVP_PKEY> owned(EVP_PKEY* key) {
    return std::shared_ptr<EVP_PKEY>(key, [](EVP_PKEY* last) { EVP_PKEY_free(last); });
}

std::string bytes_of(const BIGNUM* number, std::size_t size) {
    std::string out(size, '\0');
    if (BN_bn2binpad(number, bytes_at(out), static_cast<int>(size)) < 0) fail("write a number");
    return out;
}

std::string member_of(const EVP_PKEY* key, const char* name, std::size_t size = 0) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1) fail("read a key");
    const Number held(number);
    return base64url(
        bytes_of(number, size != 0 ? size : static_cast<std::size_t>(BN_num_bytes(number))));
}

/// In the order of RFC 7638, section 3.2.
Json required_members(const EVP_PKEY* key, JwtAlgorithm algorithm) {
    if (algorithm == JwtAlgorithm::rs256)
        return Json::object({{"e", member_of(key, OSSL_PKEY_PARAM_RSA_E)},
                             {"kty", "RSA"},
                             {"n", member_of(key, OSSL_PKEY_PARAM_RSA_N)}});
    return Json::object({{"crv", "P-256"},
                         {"kty", "EC"},
                         {"x", member_of(key, OSSL_PKEY_PARAM_EC_PUB_X, coordinate)},
                         {"y", member_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, coordinate)}});
}

std::optional<JwtAlgorithm> algorithm_of(const EVP_PKEY* key) {
    if (EVP_PKEY_is_a(key, "RSA")) {
        const int bits = EVP_PKEY_get_bits(key);
        if (bits >= least_rsa_bits && bits <= most_rsa_bits) return JwtAlgorithm::rs256;
    } else if (EVP_PKEY_is_a(key, "EC")) {
        std::array<char, 32> curve{};
        if (EVP_PKEY_get_group_name(key, curve.data(), curve.size(), nullptr) == 1 &&
            std::string_view(curve.data()) == "prime256v1")
            return JwtAlgorithm::es256;
    }
    return std::nullopt;
}

/// The bytes of a member; nothing unless it is Base64url of `least` to `most` of them.
std::optional<std::string> bytes_in(const Json& jwk, std::string_view name, std::size_t least,
                                    std::size_t most) {
    const Json& member = jwk[name];
    if (!member.is_string() || member.as_string().size() > 2 * most) return std::nullopt;
    auto bytes = from_base64url(member.as_string());
    if (!bytes || bytes->size() < least || bytes->size() > most) return std::nullopt;
    return bytes;
}

std::shared_ptr<EVP_PKEY> key_from(const char* type, OSSL_PARAM_BLD* builder) {
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
    const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return nullptr;
    auto made = owned(key);
    const Context check(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    return check && EVP_PKEY_public_check(check.get()) == 1 ? made : nullptr;
}

std::shared_ptr<EVP_PKEY> ec_key(const Json& jwk) {
    if (jwk["crv"] != Json("P-256")) return nullptr;
    const auto x = bytes_in(jwk, "x", coordinate, coordinate);
    const auto y = bytes_in(jwk, "y", coordinate, coordinate);
    if (!x || !y) return nullptr;
    const std::string point = '\4' + *x + *y;
    const Builder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                     point.size());
    return key_from("EC", builder.get());
}

std::shared_ptr<EVP_PKEY> rsa_key(const Json& jwk) {
    const auto n = bytes_in(jwk, "n", least_rsa_bits / 8, most_rsa_bits / 8);
    const auto e = bytes_in(jwk, "e", 1, 4);  // a long exponent costs the verifier time
    if (!n || !e) return nullptr;
    const Number modulus(BN_bin2bn(bytes_at(*n), static_cast<int>(n->size()), nullptr));
    const Number exponent(BN_bin2bn(bytes_at(*e), static_cast<int>(e->size()), nullptr));
    const Builder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
    return key_from("RSA", builder.get());
}

bool may_verify(const Json& jwk, JwtAlgorithm algorithm) {
    if (jwk.find("use") && jwk["use"] != Json("sig")) return false;
    if (jwk.find("alg") && jwk["alg"] != Json(name_of(algorithm))) return false;
    const Json* operations = jwk.find("key_ops");
    if (!operations) return true;
    if (!operations->is_array()) return false;
    for (const Json& operation : operations->as_array())
        if (operation == Json("verify")) return true;
    return false;
}

std::string raw_of(const std::string& der) {
    const unsigned char* next = bytes_at(der);
    const EcdsaSignature parsed(d2i_ECDSA_SIG(nullptr, &next, static_cast<long>(der.size())));
    if (!parsed) fail("read its own signature");
    return bytes_of(ECDSA_SIG_get0_r(parsed.get()), coordinate) +
           bytes_of(ECDSA_SIG_get0_s(parsed.get()), coordinate);
}

std::optional<std::string> der_of(std::string_view raw) {
    if (raw.size() != 2 * coordinate) return std::nullopt;
    const EcdsaSignature parts(ECDSA_SIG_new());
    Number r(BN_bin2bn(bytes_at(raw), coordinate, nullptr));
    Number s(BN_bin2bn(bytes_at(raw) + coordinate, coordinate, nullptr));
    if (!parts || ECDSA_SIG_set0(parts.get(), r.get(), s.get()) != 1) return std::nullopt;
    std::ignore = r.release();  // they are the signature's now
    std::ignore = s.release();
    unsigned char* bytes = nullptr;
    const int size = i2d_ECDSA_SIG(parts.get(), &bytes);
    if (size < 0) return std::nullopt;
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

/// Called by libcrypto for the passphrase; without it, it would ask on the terminal.
int give_passphrase(char* out, int size, int, void* passphrase) {
    const auto& text = *static_cast<const std::string_view*>(passphrase);
    if (text.empty() || text.size() > static_cast<std::size_t>(size)) return -1;
    std::memcpy(out, text.data(), text.size());
    return static_cast<int>(text.size());
}

}  // namespace

std::string_view name_of(JwtAlgorithm algorithm) {
    return algorithm == JwtAlgorithm::es256 ? "ES256" : "RS256";
}

std::optional<JwtAlgorithm> jwt_algorithm(std::string_view name) {
    if (name == "ES256") return JwtAlgorithm::es256;
    if (name == "RS256") return JwtAlgorithm::rs256;
    return std::nullopt;
}

JsonWebKey::JsonWebKey(std::shared_ptr<EVP_PKEY> key, JwtAlgorithm algorithm, bool is_private)
    : key_(std::move(key)), algorithm_(algorithm), is_private_(is_private), id_(thumbprint()) {}

JsonWebKey JsonWebKey::generate(JwtAlgorithm algorithm) {
    const ForgetErrors forget;
    EVP_PKEY* key = algorithm == JwtAlgorithm::es256
                        ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")
                        : EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{least_rsa_bits});
    if (!key) fail("make a key");
    return JsonWebKey(owned(key), algorithm, true);
}

std::optional<JsonWebKey> JsonWebKey::from_jwk(const Json& jwk) {
    const ForgetErrors forget;
    std::shared_ptr<EVP_PKEY> key;
    if (jwk["kty"] == Json("EC")) key = ec_key(jwk);
    if (jwk["kty"] == Json("RSA")) key = rsa_key(jwk);
    const auto algorithm = key ? algorithm_of(key.get()) : std::nullopt;
    if (!algorithm || !may_verify(jwk, *algorithm)) return std::nullopt;
    JsonWebKey made(std::move(key), *algorithm, false);
    if (jwk["kid"].is_string()) made.id_ = jwk["kid"].as_string();
    return made;
}

std::optional<JsonWebKey> JsonWebKey::from_pem(std::string_view pem, std::string_view passphrase) {
    const ForgetErrors forget;
    const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(memory.get(), nullptr, give_passphrase, &passphrase);
    if (!key) return std::nullopt;
    auto held = owned(key);
    const auto algorithm = algorithm_of(key);
    if (!algorithm) return std::nullopt;
    return JsonWebKey(std::move(held), *algorithm, true);
}

std::string JsonWebKey::private_pem(std::string_view passphrase) const {
    if (!is_private_) throw std::logic_error("a public key has no private half");
    const ForgetErrors forget;
    const Memory memory(BIO_new(BIO_s_mem()));
    const EVP_CIPHER* cipher = passphrase.empty() ? nullptr : EVP_aes_256_cbc();
    if (PEM_write_bio_PKCS8PrivateKey(memory.get(), key_.get(), cipher, passphrase.data(),
                                      static_cast<int>(passphrase.size()), nullptr, nullptr) != 1)
        fail("write a key");
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
}

Json JsonWebKey::public_jwk() const {
    Json jwk = required_members(key_.get(), algorithm_);
    jwk.set("kid", id_);
    jwk.set("use", "sig");
    jwk.set("alg", name_of(algorithm_));
    return jwk;
}

std::string JsonWebKey::thumbprint() const {
    return sha256_base64url(required_members(key_.get(), algorithm_).dump());
}

std::string JsonWebKey::sign(std::string_view text) const {
    if (!is_private_) throw std::logic_error("a public key cannot sign");
    const ForgetErrors forget;
    const Digest digest(EVP_MD_CTX_new());
    std::size_t size = 0;
    if (!digest ||
        EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
        EVP_DigestSign(digest.get(), nullptr, &size, bytes_at(text), text.size()) != 1)
        fail("sign");
    std::string signature(size, '\0');
    if (EVP_DigestSign(digest.get(), bytes_at(signature), &size, bytes_at(text), text.size()) != 1)
        fail("sign");
    signature.resize(size);
    return algorithm_ == JwtAlgorithm::es256 ? raw_of(signature) : signature;
}

bool JsonWebKey::verify(std::string_view text, std::string_view signature) const {
    const ForgetErrors forget;
    std::optional<std::string> bytes(signature);
    if (algorithm_ == JwtAlgorithm::es256) bytes = der_of(signature);
    const Digest digest(EVP_MD_CTX_new());
    return bytes && digest &&
           EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
           EVP_DigestVerify(digest.get(), bytes_at(*bytes), bytes->size(), bytes_at(text),
                            text.size()) == 1;
}

std::string sha256_base64url(std::string_view text, std::size_t bytes) {
    std::string hash(EVP_MAX_MD_SIZE, '\0');
    if (EVP_Digest(text.data(), text.size(), bytes_at(hash), nullptr, EVP_sha256(), nullptr) != 1)
        fail("hash");
    hash.resize(bytes);
    return base64url(hash);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace kitchen
