// One connection of an HttpClient: a socket, plain or with TLS, and what has been read from it
// ahead.
//
// What goes wrong is thrown as std::runtime_error, and Disconnected. A call that is not done by its
// deadline is a failure. Thread-safety: one connection, one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "kitchen/testkit/http_client.h"
#include "tls_session.h"

namespace kitchen::testkit {

/// The connection ended where a response should have begun.
struct Disconnected {};

/// Throws std::runtime_error.
[[noreturn]] void client_failure(const std::string& what);

class HttpConnection {
public:
    using Time = std::chrono::steady_clock::time_point;

    HttpConnection(const std::string& host, std::uint16_t port);
    HttpConnection(const std::string& host, std::uint16_t port, const TlsOptions& options,
                   Time deadline);
    ~HttpConnection();
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;

    /// A server that refuses a request early closes while the rest is still being sent: that is no
    /// error, its response is there to be read. False when it happened.
    bool write(std::string_view bytes, Time deadline);
    /// Without its CR LF.
    std::string read_line(Time deadline);
    std::string read_exactly(std::size_t size, Time deadline);
    /// What has come, or comes next; nothing at the end.
    std::optional<std::string> read_some(Time deadline);
    /// The next chunk (RFC 9112 section 7.1, without trailers); nothing after the last.
    std::optional<std::string> read_chunk(Time deadline);
    /// Whether the server has closed it while it was idle.
    bool is_stale();

private:
    enum class Received { bytes, nothing_yet, nothing_more };
    short wait(short events, Time deadline);
    bool send_all(std::string_view bytes, Time deadline);
    /// Without waiting.
    Received receive_some();
    /// False at the end of the stream.
    bool receive(Time deadline);
    /// More in the buffer; false at the end of the stream.
    bool fill(Time deadline);

    int fd_ = -1;
    std::unique_ptr<TlsSession> tls_;
    std::string buffer_;
};

}  // namespace kitchen::testkit
