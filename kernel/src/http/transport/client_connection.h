// One client connection: reads requests, hands them up one at a time, writes the responses in that
// order.
//
// Thread-safety. Reading, parsing, calls to the handler and closing the descriptor happen on the
// worker's thread alone; those functions say so. Responses, stream writes and queries come from any
// thread. What both sides touch is guarded by one mutex, which is never held during a call to the
// handler or to a callback. Because the descriptor is closed under that mutex and used to send
// under it, a response can never reach a later client that got the same descriptor number.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "../framing/request_parser.h"
#include "event_loop.h"
#include "output_queue.h"
#include "tcp_socket.h"
#include "transport_state.h"

namespace kitchen::http {

class Connection;

/// For so many bytes of a streamed body or a file. A client that sends or reads more slowly runs
/// into the deadline: 16 KiB a second.
constexpr std::chrono::milliseconds time_at_least_rate(std::uint64_t bytes) noexcept {
    return std::chrono::milliseconds(bytes * 1000 / (16 * 1024));
}

/// What becomes of the connection when the response has left. `keep`: as the client wants.
enum class AfterResponse : std::uint8_t { keep, close };

/// Where a connection asks its worker to come back to it. Callable from any thread until the
/// connection is closed.
class ConnectionWorker {
public:
    virtual ~ConnectionWorker() = default;
    virtual EventLoop& loop() = 0;
    virtual void resume(std::shared_ptr<Connection> connection) = 0;
};

class Connection final : public std::enable_shared_from_this<Connection> {
public:
    Connection(std::uint64_t tag, UniqueFd fd, std::string peer_address,
               TransportState::Admission admission, std::shared_ptr<TransportState> state,
               ConnectionWorker& worker);
    ~Connection();

    std::uint64_t tag() const noexcept { return tag_; }

    // On the worker's thread:
    void open();  ///< starts reading, or refuses with 503 when it was admitted for that only
    void on_ready(Readiness readiness, std::span<char> scratch);
    void on_resume();
    void on_tick(Clock::time_point now);
    void on_closing_idle();  ///< hurries an idle connection towards its end
    void close();            ///< idempotent

    // On any thread:
    /// Out of memory: the connection is closed.
    void respond(Response& response, AfterResponse after) noexcept;
    bool is_connected() const noexcept { return connected_.load(std::memory_order_relaxed); }
    bool is_closed() const noexcept { return closed_.load(std::memory_order_relaxed); }
    /// See Exchange::read_body().
    std::optional<FramingError> read_body(std::string& bytes);
    bool write_stream(std::string_view bytes);
    void end_stream();
    bool is_streaming() const;
    void on_stream_close(std::function<void()> callback);

private:
    enum class State {
        reading,    ///< a request, or between two
        receiving,  ///< one request is with the handler, and its body still arrives
        awaiting,   ///< one request is with the handler
        streaming,
        closing,    ///< nothing more is read; what is queued is sent
        lingering,  ///< all is sent and said to be the end; input is discarded until the client
                    ///< closes
        doomed,     ///< to be closed by the worker
        closed,
    };
    enum class Timed { none, idle, head, body };
    using Lock = std::unique_lock<std::mutex>;
    /// What the response needs to know of the request.
    struct Asked {
        bool head = false;
        int minor_version = 1;
        bool keep_alive = false;
    };

    /// The body of a request that was handed up before it.
    struct StreamedBody {
        std::string sink;  ///< the worker's own: what the parser has just found
        // With the lock held:
        std::string arrived;     ///< and not yet read
        bool is_wanted = false;  ///< read_body() has been called
        bool continue_due = false;
        bool has_ended = false;
        std::optional<FramingError> error;
        std::condition_variable changed;
    };

    // Input (client_connection_input.cpp), on the worker's thread, without the lock
    void read_some(std::span<char> scratch);
    void take_turn(std::string_view fresh);
    bool step(std::string_view& bytes);
    bool step_body(std::string_view& bytes);
    void decide_on_head(bool bytes_follow);
    void stream_body(bool bytes_follow);
    void hand_up(State state);
    void refuse(const FramingError& error);
    Response describe(const FramingError& error) noexcept;
    Asked asked() const;
    std::size_t input_size() const noexcept { return input_.size() - input_at_; }
    void keep_input(std::string_view rest, bool from_input);
    bool has_pending_bytes() const noexcept;

    // Output (client_connection_output.cpp), on any thread, without the lock
    std::shared_ptr<EventStream> queue_response(Response& response, AfterResponse after);
    void give_up() noexcept;
    static void run(const std::vector<std::function<void()>>& callbacks) noexcept;

    // With the lock held
    void end_turn_locked(Lock& lock);
    bool takes_body_locked() const;
    void fail_body_locked(const FramingError& error);
    void time_reading_locked();
    void start_timing_locked(Timed timed);
    void queue_locked(Response& response, const Asked& asked, bool keep, bool stream);
    void flush_locked();
    void after_drained_locked();
    void linger_locked();
    void settle_locked();
    void doom_locked(bool abortive = false);
    void update_locked();           ///< interest and deadline, after anything changed
    void finish_off_turn_locked();  ///< the end of every change made outside the worker's turn
    bool worker_is_in_turn_locked() const {
        return in_turn_ && turn_thread_ == std::this_thread::get_id();
    }
    bool close_if_doomed(Lock& lock);

    const std::uint64_t tag_;
    const std::string peer_address_;
    const TransportState::Admission admission_;
    const std::shared_ptr<TransportState> shared_;
    ConnectionWorker& worker_;

    // The worker's own
    RequestParser parser_;
    std::string input_;  ///< read, and not yet parsed
    std::size_t input_at_ = 0;
    bool continue_due_ = false;
    std::unique_ptr<HeadDecision> decision_;  ///< about the request that is being read
    std::size_t discarded_ = 0;

    std::atomic<bool> connected_{true};
    std::atomic<bool> closed_{false};
    std::atomic<Clock::rep> deadline_{
        0};  ///< of whatever is awaited; read without the lock by on_tick()

    mutable std::mutex mutex_;
    State state_ = State::reading;
    UniqueFd fd_;
    Interest interest_;
    OutputQueue out_;
    Asked asked_;
    std::unique_ptr<StreamedBody> body_;
    bool in_turn_ = false;
    std::thread::id turn_thread_;
    bool blocked_ = false;  ///< the socket took no more
    bool abortive_ = false;
    bool end_of_input_ = false;
    bool settled_ = false;
    bool watched_ = false;
    std::size_t unparsed_ = 0;    ///< input_size(), for other threads
    std::size_t unflushed_ = 0;   ///< requests handed up whose response has not left
    std::uint64_t requests_ = 0;  ///< begun and done with
    Timed timed_ = Timed::none;
    std::uint64_t timed_request_ = 0;
    Clock::time_point timed_since_;
    Clock::time_point read_deadline_;
    Clock::time_point write_deadline_;
    Clock::time_point linger_deadline_;
    std::vector<std::function<void()>> close_callbacks_;
};

}  // namespace kitchen::http
