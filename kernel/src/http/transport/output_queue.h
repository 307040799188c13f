// What is still to be sent on one connection. Small pieces are joined, large ones are kept as they
// are. Of a file, one portion at a time is in memory.
//
// Thread-safety: none; the connection guards it.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "kitchen/http/response.h"

namespace kitchen::http {

class OutputQueue {
public:
    enum class Result { drained, blocked, failed };

    bool empty() const noexcept { return size_ == 0; }
    std::size_t size() const noexcept { return size_; }  ///< bytes

    /// Writes into the last piece, or a new one; commit() must follow.
    std::string& tail();
    void commit(std::size_t size_before);
    void append(std::string_view bytes);
    void take(std::string bytes);  ///< without copying, when it is large
    void take(std::shared_ptr<const FileBody> file);
    bool has_file() const noexcept;  ///< until its last byte is sent

    /// Sends until all is gone, the socket takes no more, or it fails, as when a file has become
    /// shorter. Never waits for the client, never raises SIGPIPE. After 128 KiB out of files it
    /// says blocked too: reading may wait for the disk, and other connections get their turn.
    Result send_to(int fd) noexcept;
    void clear() noexcept;

private:
    struct Piece {
        std::string bytes;
        // Follow the bytes:
        std::shared_ptr<const FileBody> file;
        std::uint64_t file_at = 0;  ///< already read
        bool has_more() const noexcept { return file && file_at < file->length(); }
    };
    bool refill(Piece& piece);
    void drop_front(std::size_t bytes) noexcept;

    std::deque<Piece> pieces_;
    std::size_t front_at_ = 0;  ///< of the first piece's bytes, already sent
    std::size_t size_ = 0;
};

}  // namespace kitchen::http
