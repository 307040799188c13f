#include "output_queue.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

namespace kitchen::http {
namespace {

constexpr std::size_t join_up_to = 16 * 1024;    // bytes in one piece
constexpr std::size_t keep_capacity = 2 * 1024;  // kept for the next response on an idle connection
constexpr std::size_t pieces_per_call = 16;

}  // namespace

std::string& OutputQueue::tail() {
    if (pieces_.empty() || (size_ > 0 && pieces_.back().size() >= join_up_to))
        pieces_.emplace_back();
    return pieces_.back();
}

void OutputQueue::commit(std::size_t size_before) { size_ += pieces_.back().size() - size_before; }

void OutputQueue::append(std::string_view bytes) {
    auto& last = tail();
    const auto before = last.size();
    last += bytes;
    commit(before);
}

void OutputQueue::take(std::string bytes) {
    if (bytes.empty()) return;
    if (bytes.size() < join_up_to / 2) return append(std::string_view(bytes));
    size_ += bytes.size();
    if (pieces_.size() == 1 && pieces_.front().empty()) pieces_.clear();
    pieces_.push_back(std::move(bytes));
}

OutputQueue::Result OutputQueue::send_to(int fd) noexcept {
    while (size_ > 0) {
        iovec vectors[pieces_per_call];
        std::size_t count = 0;
        for (auto& piece : pieces_) {
            if (count == pieces_per_call) break;
            const auto skip = count == 0 ? front_at_ : 0;
            vectors[count++] = {piece.data() + skip, piece.size() - skip};
        }
        msghdr message{};
        message.msg_iov = vectors;
        message.msg_iovlen = count;
        const auto sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            drop_front(static_cast<std::size_t>(sent));
        } else if (sent < 0 && errno == EINTR) {
            continue;
        } else if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)) {
            return Result::blocked;
        } else {
            return Result::failed;
        }
    }
    return Result::drained;
}

void OutputQueue::drop_front(std::size_t bytes) noexcept {
    size_ -= bytes;
    if (size_ == 0) return clear();
    front_at_ += bytes;
    while (front_at_ >= pieces_.front().size()) {
        front_at_ -= pieces_.front().size();
        pieces_.pop_front();
    }
}

// One small buffer stays, so that small responses cost no allocation.
void OutputQueue::clear() noexcept {
    while (pieces_.size() > 1) pieces_.pop_back();
    if (!pieces_.empty()) {
        if (pieces_.front().capacity() > keep_capacity) {
            pieces_.clear();
        } else {
            pieces_.front().clear();
        }
    }
    size_ = 0;
    front_at_ = 0;
}

}  // namespace kitchen::http
