// What is still to be sent on one connection. Small pieces are joined, large ones are kept as they
// are.
//
// Thread-safety: none; the connection guards it.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

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

    /// Sends until all is gone, the socket takes no more, or it fails. Never blocks, never raises
    /// SIGPIPE.
    Result send_to(int fd) noexcept;
    void clear() noexcept;

private:
    void drop_front(std::size_t bytes) noexcept;

    std::deque<std::string> pieces_;
    std::size_t front_at_ = 0;  ///< of the first piece, already sent
    std::size_t size_ = 0;
};

}  // namespace kitchen::http
