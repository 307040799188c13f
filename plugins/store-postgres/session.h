// One session of libpq, always in pipeline mode: commands are queued and sent together, and their
// results received together, each exchange within a deadline. A session that broke or was late
// stays broken: it is thrown away.
//
//     session.queue("BEGIN"); session.queue_prepared("k17", parameters); session.end_segment();
//     ResultPtr results[2];
//     if (!session.receive(results, deadline)) …   // broken() says why
//
// Thread-safety: one thread at a time.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "kitchen/result.h"
#include "options.h"
#include "wire_value.h"

struct pg_conn;

namespace kitchen::postgres {

struct ClearResult {
    void operator()(pg_result* result) const noexcept;
};
using ResultPtr = std::unique_ptr<pg_result, ClearResult>;
using Deadline = std::chrono::steady_clock::time_point;

class Session {
public:
    enum class Broken : std::uint8_t { no, lost, late };

    /// Connects; blocks for at most `connect_timeout` for each address. With `writes`, only to a
    /// server that takes them, unless the url asks for another kind; a pooler may not know. The
    /// error's subject says what was tried and why it failed, and never holds a password.
    static Result<std::unique_ptr<Session>> connect(const std::string& url, const Options& options,
                                                    bool writes);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // Queues a command; nothing is sent yet. Failures show in receive().
    void queue(const char* sql, const Parameters* parameters = nullptr,
               std::span<const Oid> types = {});
    void queue_prepared(const char* name, const Parameters& parameters);
    void queue_prepare(const char* name, const char* sql);
    void queue_describe(const char* name);
    /// Ends what fails together: after an error the server skips what is left of the segment.
    void end_segment();

    /// Sends what is queued and takes the results of the oldest segment, one for each command in
    /// it. False when the session broke.
    bool receive(std::span<ResultPtr> results, Deadline deadline);
    /// Sends what is queued and leaves the result of its one segment of one command for the next
    /// call. False when that would block.
    bool send_and_leave();
    /// Runs statements by the simple protocol, outside of the pipeline. The last result, or the
    /// first that is an error.
    ResultPtr script(const std::string& sql, Deadline deadline);

    /// For a server that is of no use.
    void abandon(std::string reason) {
        broken_ = Broken::lost;
        reason_ = std::move(reason);
    }
    Broken broken() const noexcept { return broken_; }
    /// Looks, without waiting, whether the other side has closed.
    bool is_alive();
    /// By the last result that was received.
    bool in_transaction() const noexcept;
    bool in_failed_transaction() const noexcept;
    /// Why it broke, for the log; never the url.
    const std::string& reason() const noexcept { return reason_; }

private:
    explicit Session(pg_conn* connection) : connection_(connection) {}
    bool sent(int done);
    bool take_left(Deadline deadline);
    bool take_segment(std::span<ResultPtr> results, Deadline deadline);
    /// Waits until an result is complete.
    bool wait(Deadline deadline);
    void give_up(Broken how);

    pg_conn* connection_;
    int left_ = 0;  // segments whose results have not been taken
    Broken broken_ = Broken::no;
    std::string reason_;
};

/// "host:port/database" of a url, for logs; "" when that cannot be told without a doubt.
std::string place_of(const std::string& url);
/// What is wrong with a url, in a sentence that repeats nothing of it; "" when libpq can read it.
std::string fault_of_url(const std::string& url);

}  // namespace kitchen::postgres
