// The seam between bytes on a socket and everything above.
//
// A Transport accepts connections, frames requests strictly (RFC 9112), and hands each one to
// a TransportHandler. The response comes back through the request's Exchange, from any thread, at
// any later time. Nothing above this header knows which library reads the sockets; nothing below it
// knows what a route is.
//
// Thread-safety: stated on each call.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "../framing/framing_error.h"
#include "kitchen/http/request.h"
#include "kitchen/http/response.h"

namespace kitchen::http {

/// The client's end of one request: the place where its response goes. Thread-safe; the first
/// counts, further ones are ignored. Destroyed without one, it responds 500 and closes.
///
/// The transport writes the status line, Date, Content-Length / Transfer-Encoding and Connection
/// itself; a header of that name is ignored. One with CR, LF or NUL in its name or value is
/// dropped. A stream has no Content-Length: the connection closes at its end.
class Exchange {
public:
    virtual ~Exchange() = default;
    virtual void reply(Response response) = 0;
    /// True while the client is still connected, as far as is known.
    virtual bool client_connected() const = 0;
    /// Of a request with HeadDecision::streams_body: waits for more of its body and puts it into
    /// `bytes`, in place of what was there; nothing is left in it at the end of the body. The first
    /// call sends 100 (Continue) when the client waits for it. At most `body_backlog` bytes or so
    /// wait in memory: then the client has to. Not on a worker thread. An error is final, and a
    /// response that is sent before the body has ended closes the connection.
    virtual std::optional<FramingError> read_body(std::string& bytes) {
        bytes.clear();
        return std::nullopt;
    }
};

/// What the layer above decides when the head of a request has been read, before a byte of its body
/// is. The transport keeps it beside the request and hands both back together, so that nothing has
/// to be decided again.
class HeadDecision {
public:
    virtual ~HeadDecision() = default;
    std::size_t body_limit =
        0;  ///< bytes; a longer body is refused (413), and the connection closed
    /// The request is handed up before its body, when it has one: Exchange::read_body() reads it.
    bool streams_body = false;
    /// When set, the request is refused now, and the connection closed if a body was announced.
    std::optional<Response> refusal;
};

/// Implemented by the layer above. Every call is made on a transport worker thread: it must not
/// block.
class TransportHandler {
public:
    virtual ~TransportHandler() = default;
    /// May fill in what it finds out. The request keeps its address until on_request().
    virtual std::unique_ptr<HeadDecision> on_head(Request& head) = 0;
    virtual void on_request(std::unique_ptr<Request> request,
                            std::unique_ptr<HeadDecision> decision,
                            std::shared_ptr<Exchange> exchange) = 0;
    /// The response to a request that could not be framed, or did not come in time. `peer`: its
    /// numeric address. `head` and `decision`: when on_head() has seen it and only the body failed;
    /// else null. The transport closes the connection after it.
    virtual Response on_framing_error(const FramingError& error, std::string_view peer,
                                      const Request* head, const HeadDecision* decision) = 0;
};

struct TransportOptions {
    std::string address = "127.0.0.1";  ///< numeric IPv4 or IPv6, or a host name
    std::uint16_t port = 0;             ///< 0: any free one
    int listening_fd = -1;              ///< a socket that listens, in place of both: taken over
    unsigned workers = 1;
    std::size_t max_connections = 10'000;  ///< past it a new connection gets 503 and is closed
    std::size_t max_connections_per_address = 1'000;  ///< an IPv6 /64 counts as one; 0: no cap
    /// Peers without that cap, by numeric address: proxies, behind which many clients stand. Called
    /// on the accepting thread. May be empty.
    std::function<bool(std::string_view peer_address)> is_uncapped;
    /// Sent with every response, unless it has a field of that name; those that the transport makes
    /// itself included.
    Fields default_fields;
    std::size_t max_pipeline_bytes =
        64 * 1024;  ///< unread input kept while a response is pending; past it reading pauses
    std::size_t max_stream_backlog = 256 * 1024;  ///< unsent bytes of a stream before it is cut
    /// A stream ends when its client has acknowledged nothing for so long of what was sent: phones
    /// lose their network without a word. With the heartbeats of streams, half a minute at most.
    std::chrono::milliseconds stream_acknowledgement{15'000};
    std::chrono::milliseconds head_timeout{
        10'000};  ///< first byte of a request to the end of its head
    std::chrono::milliseconds body_timeout{
        30'000};  ///< whole body; of one that is streamed, beside a second for every 16 KiB of it
    std::chrono::milliseconds idle_timeout{60'000};  ///< keep-alive, between requests
    std::chrono::milliseconds write_timeout{
        30'000};  ///< whole response, from its first byte; for a stream, without progress; for
                  ///< a file too, and beside it at 16 KiB a second
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
    /// From now on each response carries `Connection: close`. New connections are still served and
    /// idle ones kept, so a balancer that has not noticed yet loses nothing. Thread-safe.
    virtual void begin_drain() = 0;
    /// Stops listening (what the kernel had queued is still accepted and served), ends streams,
    /// closes what is idle for half a second, waits until nothing is in flight or the deadline has
    /// passed. True if every response was sent.
    virtual bool finish_drain(std::chrono::milliseconds deadline) = 0;
    /// Closes everything and joins all threads. Idempotent. Not to be called from a handler or a
    /// stream's callback.
    virtual void stop() = 0;
    virtual TransportStats stats() const = 0;
};

class WorkerPool;

/// Pistache's poller under our own framing. The pool's threads poll; it may not be stopped before
/// the transport is. `handler` and `pool` must outlive the transport.
std::unique_ptr<Transport> make_pistache_transport(TransportOptions options,
                                                   TransportHandler& handler, WorkerPool& pool);

}  // namespace kitchen::http
