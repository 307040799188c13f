// One connection to a Redis server, signed in and ready. The only source file that includes
// hiredis.
//
// Errors are failures (failure.h). After one that is not `refused` the connection is broken:
// nothing can be called any more. Thread-safety: one connection, one thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/result.h"
#include "scripts.h"
#include "socket.h"

namespace kitchen::redis {

/// A response of the protocol RESP2 (https://redis.io/docs/reference/protocol-spec/).
struct Reply {
    enum class Kind : std::uint8_t { nil, text, integer, array, error };
    Kind kind = Kind::nil;
    std::int64_t integer = 0;
    std::string text;  ///< also of an error
    std::vector<Reply> elements;

    bool is_text() const noexcept { return kind == Kind::text; }
    bool is_error() const noexcept { return kind == Kind::error; }
};

using Arguments = std::vector<std::string_view>;

class Connection {
public:
    /// What is wanted of the server at the other end.
    enum class Use : std::uint8_t {
        commands,   ///< a master, with all scripts loaded
        node,       ///< of a Cluster, with all scripts loaded; a replica says who is the master
        messages,   ///< a master
        discovery,  ///< to be asked about others: only AUTH is sent
    };
    /// A reply larger than this is not ours: the connection is given up.
    static constexpr std::size_t max_reply_bytes = 64 * 1024 * 1024;

    /// Signs in, selects the database, and makes sure of what `use` asks for, in one round trip
    /// after connecting.
    static Result<std::unique_ptr<Connection>> open(const Address& address, const Login& login,
                                                    Use use, Deadline deadline);
    ~Connection();

    /// One command. A response of kind error is a response. `asking`: the caller was sent here by
    /// ASK.
    Result<Reply> call(const Arguments& arguments, Deadline deadline, bool asking = false);
    /// EVALSHA of a script with one key, once more when the server has lost its scripts.
    Result<Reply> run(Script script, std::string_view key, const Arguments& arguments,
                      Deadline deadline, bool asking = false);

    Status send(const Arguments& arguments, Deadline deadline);
    /// The next response; nothing when the time was up or `wake_fd` became readable.
    Result<std::optional<Reply>> receive(Deadline deadline, int wake_fd = -1);

    bool broken() const noexcept { return broken_; }
    /// True when it can be used again: not broken, not closed by the other end, nothing unread.
    bool reusable() const;

private:
    struct Reader;
    Connection(Socket socket, std::string address);
    Status prepare(const Login& login, Use use, Deadline deadline);
    Result<std::vector<Reply>> exchange(const std::vector<Arguments>& commands, Deadline deadline);
    Error broke(Error why);

    Socket socket_;
    std::unique_ptr<Reader> reader_;
    const std::string address_;
    std::array<std::string, script_count> digests_;  // the server's names for the scripts
    bool broken_ = false;
};

}  // namespace kitchen::redis
