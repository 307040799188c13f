// The seam between bytes on a socket and everything above.
//
// A Transport accepts connections, frames requests strictly (RFC 9112), and hands each one to
// a TransportHandler. The answer comes back through the request's Exchange, from any thread, at any
// later time. Nothing above this header knows which library reads the sockets; nothing below it
// knows what a route is.
//
// Thread-safety: stated on each call.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../framing/framing_error.h"
#include "../framing/wire_request.h"

namespace kitchen::http {

/// The far end of a streamed answer (server-sent events). Thread-safe. Kept alive by whoever holds
/// it.
class WireStream {
public:
    virtual ~WireStream() = default;
    /// Queues bytes; false when the client is gone or reads too slowly (then the stream is closed).
    virtual bool write(std::string_view bytes) = 0;
    virtual void close() = 0;
    virtual bool is_open() const = 0;
    /// Called once, from any thread, when the client has gone or the stream was closed;
    /// at once if that has happened already.
    virtual void on_close(std::function<void()> callback) = 0;
};

/// An answer. The transport writes the status line, Date, Content-Length / Transfer-Encoding and
/// Connection itself; a field of that name in `headers` is ignored. CR, LF and NUL in a name or
/// value are refused (the field is dropped).
struct WireResponse {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    bool close = false;  ///< close the connection after this answer
    /// When set, `body` is ignored: the head is sent (without Content-Length, `Connection: close`)
    /// and this is called with the open stream.
    std::function<void(std::shared_ptr<WireStream>)> stream;
};

/// The place where one request's answer goes. Thread-safe; the first reply counts, further ones are
/// ignored. Destroyed without a reply, it answers 500 and closes.
class Exchange {
public:
    virtual ~Exchange() = default;
    virtual void reply(WireResponse response) = 0;
    /// True while the client is still connected, as far as is known.
    virtual bool client_connected() const = 0;
};

/// What the layer above decides once the head is read and before a byte of the body is.
struct HeadDecision {
    std::size_t body_limit = 0;  ///< bytes; a longer body is answered 413 and closed
    /// The request is refused now: `refusal` is sent, and the connection is closed if a body was
    /// announced.
    bool refuse = false;
    WireResponse refusal;
};

/// Implemented by the layer above. Every call is made on a transport worker thread: it must not
/// block.
class TransportHandler {
public:
    virtual ~TransportHandler() = default;
    virtual HeadDecision on_head(const WireRequest& head) = 0;
    virtual void on_request(WireRequest request, std::shared_ptr<Exchange> exchange) = 0;
    /// The answer to a request that could not be framed, or did not come in time. `peer`: its
    /// numeric address. `head`: when on_head() has seen it and only the body failed; else null. The
    /// transport closes the connection after it.
    virtual WireResponse on_framing_error(const FramingError& error, std::string_view peer,
                                          const WireRequest* head) = 0;
};

struct TransportOptions {
    std::string address = "127.0.0.1";  ///< numeric IPv4 or IPv6, or a host name
    std::uint16_t port = 0;             ///< 0: any free one
    unsigned workers = 1;
    std::size_t max_connections = 10'000;  ///< past it a new connection gets 503 and is closed
    std::size_t max_connections_per_address = 1'000;  ///< an IPv6 /64 counts as one; 0: no cap
    /// Peers without that cap, by numeric address: proxies, behind which many clients stand. Called
    /// on the accepting thread. May be empty.
    std::function<bool(std::string_view peer_address)> is_uncapped;
    /// Sent with every answer, unless it has a field of that name; those that the transport makes
    /// itself included.
    std::vector<std::pair<std::string, std::string>> default_fields;
    std::size_t max_pipeline_bytes =
        64 * 1024;  ///< unread input kept while an answer is pending; past it reading pauses
    std::size_t max_stream_backlog = 256 * 1024;  ///< unsent bytes of a stream before it is cut
    std::chrono::milliseconds head_timeout{
        10'000};  ///< first byte of a request to the end of its head
    std::chrono::milliseconds body_timeout{30'000};  ///< whole body
    std::chrono::milliseconds idle_timeout{60'000};  ///< keep-alive, between requests
    std::chrono::milliseconds write_timeout{
        30'000};  ///< whole answer, from its first byte; for a stream, without progress
    std::chrono::milliseconds linger_timeout{
        2'000};  ///< after our last byte, for the client to read it and close
};

struct TransportStats {
    std::size_t connections = 0;  ///< open now
    std::size_t in_flight = 0;    ///< handed up and not fully written
    // Since the start:
    std::uint64_t accepted = 0;  ///< connections let in
    std::uint64_t refused = 0;   ///< connections turned away: past a cap, or out of descriptors
    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_sent = 0;
};

class Transport {
public:
    virtual ~Transport() = default;
    /// Binds, listens and starts the workers. Throws std::runtime_error naming the address on
    /// failure.
    virtual void start() = 0;
    /// The bound port; valid after start().
    virtual std::uint16_t port() const = 0;
    /// From now on each answer carries `Connection: close`. New connections are still served and
    /// idle ones kept, so a balancer that has not noticed yet loses nothing. Thread-safe.
    virtual void begin_drain() = 0;
    /// Stops listening (what the kernel had queued is still accepted and served), ends streams,
    /// closes what is idle for half a second, waits until nothing is in flight or the deadline has
    /// passed. True if all was answered.
    virtual bool finish_drain(std::chrono::milliseconds deadline) = 0;
    /// Closes everything and joins all threads. Idempotent. Not to be called from a handler or a
    /// stream's callback.
    virtual void stop() = 0;
    virtual TransportStats stats() const = 0;
};

/// Pistache's epoll workers under our own framing. `handler` must outlive the transport.
std::unique_ptr<Transport> make_pistache_transport(TransportOptions options,
                                                   TransportHandler& handler);

}  // namespace kitchen::http
