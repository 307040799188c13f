#include "tls_session.h"

#include <stdexcept>

#include <openssl/err.h>

namespace kitchen::testkit {

namespace {

[[noreturn]] void tls_failure(const std::string& what) {
    char reason[256] = "no reason given";
    if (const unsigned long code = ERR_get_error()) ERR_error_string_n(code, reason, sizeof reason);
    throw std::runtime_error("TLS: " + what + ": " + reason);
}

}  // namespace

TlsSession::TlsSession(const std::filesystem::path& authority, const std::string& server_name)
    : context_(SSL_CTX_new(TLS_client_method())) {
    if (!context_ || SSL_CTX_load_verify_locations(context_.get(), authority.c_str(), nullptr) != 1)
        tls_failure(authority.string());
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    session_.reset(SSL_new(context_.get()));
    if (!session_ || SSL_set_tlsext_host_name(session_.get(), server_name.c_str()) != 1 ||
        SSL_set1_host(session_.get(), server_name.c_str()) != 1)
        tls_failure(server_name);
    SSL_set_bio(session_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(session_.get());
}

bool TlsSession::shake_hands() {
    ERR_clear_error();
    const int done = SSL_do_handshake(session_.get());
    if (done != 1 && SSL_get_error(session_.get(), done) != SSL_ERROR_WANT_READ)
        tls_failure("handshake");
    return done == 1;
}

void TlsSession::take(std::string_view bytes, std::string& plain) {
    BIO_write(SSL_get_rbio(session_.get()), bytes.data(), static_cast<int>(bytes.size()));
    if (!SSL_is_init_finished(session_.get())) return;
    char buffer[16 * 1024];
    ERR_clear_error();
    int got;
    while ((got = SSL_read(session_.get(), buffer, sizeof buffer)) > 0)
        plain.append(buffer, static_cast<std::size_t>(got));
    switch (SSL_get_error(session_.get(), got)) {
        case SSL_ERROR_WANT_READ: break;
        case SSL_ERROR_ZERO_RETURN: ended_ = true; break;
        default: tls_failure("read");
    }
}

void TlsSession::put(std::string_view plain) {
    ERR_clear_error();
    if (!plain.empty() &&
        SSL_write(session_.get(), plain.data(), static_cast<int>(plain.size())) <= 0)
        tls_failure("write");
}

std::string TlsSession::outgoing() {
    BIO* const bio = SSL_get_wbio(session_.get());
    std::string out(BIO_ctrl_pending(bio), '\0');
    if (!out.empty()) BIO_read(bio, out.data(), static_cast<int>(out.size()));
    return out;
}

}  // namespace kitchen::testkit
