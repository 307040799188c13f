// The client's end of TLS, over bytes that the caller carries: what came from the network goes
// in, what is for it comes out.
//
// Errors of TLS (a certificate that is not trusted, too) are thrown as std::runtime_error with
// OpenSSL's words. Thread-safety: one session, one thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace kitchen::testkit {

class TlsSession {
public:
    /// Trusts what `authority` (PEM) has signed, for the name `server_name`, and nothing else.
    TlsSession(const std::filesystem::path& authority, const std::string& server_name);

    /// Goes on with the handshake; true when it is done.
    bool shake_hands();
    /// Bytes from the network; what they say is appended to `plain`.
    void take(std::string_view bytes, std::string& plain);
    /// To be sent by outgoing().
    void put(std::string_view plain);
    /// What is to be sent now; then forgotten.
    std::string outgoing();
    /// Whether the server has said that nothing more will come.
    bool has_ended() const noexcept { return ended_; }

private:
    struct Free {
        void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
        void operator()(SSL* session) const noexcept { SSL_free(session); }
    };
    std::unique_ptr<SSL_CTX, Free> context_;
    std::unique_ptr<SSL, Free> session_;
    bool ended_ = false;
};

}  // namespace kitchen::testkit
