#include "output_queue.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <string_view>
#include <utility>

namespace kitchen::http {
namespace {

constexpr std::size_t join_up_to = 16 * 1024;    // bytes in one piece
constexpr std::size_t keep_capacity = 2 * 1024;  // kept for the next response on an idle connection
constexpr std::size_t pieces_per_call = 16;
constexpr std::size_t file_portion = 64 * 1024;  // in memory
constexpr std::size_t file_bytes_per_call = 2 * file_portion;

// Has the system read what the next call will want while the socket is busy with this one, so that
// the thread seldom waits for the disk.
void read_ahead(const FileBody& file, std::uint64_t at) noexcept {
    ::posix_fadvise(
        file.descriptor(), static_cast<off_t>(file.offset() + at),
        static_cast<off_t>(std::min<std::uint64_t>(file_bytes_per_call, file.length() - at)),
        POSIX_FADV_WILLNEED);
}

}  // namespace

std::string& OutputQueue::tail() {
    if (pieces_.empty() || pieces_.back().file ||
        (size_ > 0 && pieces_.back().bytes.size() >= join_up_to))
        pieces_.emplace_back();
    return pieces_.back().bytes;
}

void OutputQueue::commit(std::size_t size_before) {
    size_ += pieces_.back().bytes.size() - size_before;
}

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
    if (pieces_.size() == 1 && size_ == bytes.size()) pieces_.clear();
    pieces_.emplace_back().bytes = std::move(bytes);
}

void OutputQueue::take(std::shared_ptr<const FileBody> file) {
    if (file->length() == 0) return;
    size_ += file->length();
    read_ahead(*file, 0);
    tail();
    pieces_.back().file = std::move(file);
}

bool OutputQueue::has_file() const noexcept {
    return std::any_of(pieces_.begin(), pieces_.end(),
                       [](const Piece& p) { return p.file != nullptr; });
}

// False when the file cannot be read, or has become shorter: then the response cannot be finished.
bool OutputQueue::refill(Piece& piece) {
    const auto wanted = static_cast<std::size_t>(
        std::min<std::uint64_t>(file_portion, piece.file->length() - piece.file_at));
    piece.bytes.resize(wanted);
    ssize_t got;
    do {
        got = ::pread(piece.file->descriptor(), piece.bytes.data(), wanted,
                      static_cast<off_t>(piece.file->offset() + piece.file_at));
    } while (got < 0 && errno == EINTR);
    if (got <= 0) return false;
    piece.bytes.resize(static_cast<std::size_t>(got));
    piece.file_at += static_cast<std::uint64_t>(got);
    if (piece.has_more()) read_ahead(*piece.file, piece.file_at);
    return true;
}

OutputQueue::Result OutputQueue::send_to(int fd) noexcept {
    std::size_t from_files = 0;
    while (size_ > 0) {
        if (Piece& front = pieces_.front(); front.has_more() && front_at_ == front.bytes.size()) {
            if (from_files >= file_bytes_per_call) return Result::blocked;
            front_at_ = 0;
            try {
                if (!refill(front)) return Result::failed;
            } catch (const std::bad_alloc&) {
                return Result::failed;
            }
            from_files += front.bytes.size();
        }
        iovec vectors[pieces_per_call];
        std::size_t count = 0;
        for (auto& piece : pieces_) {
            if (count == pieces_per_call) break;
            const auto skip = count == 0 ? front_at_ : 0;
            vectors[count++] = {piece.bytes.data() + skip, piece.bytes.size() - skip};
            if (piece.has_more()) break;
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
    while (front_at_ >= pieces_.front().bytes.size()) {
        if (pieces_.front().has_more()) return;  // all its bytes are sent: it is refilled
        front_at_ -= pieces_.front().bytes.size();
        pieces_.pop_front();
    }
}

// One small buffer stays, so that small responses cost no allocation.
void OutputQueue::clear() noexcept {
    while (pieces_.size() > 1) pieces_.pop_back();
    if (!pieces_.empty()) {
        if (pieces_.front().file || pieces_.front().bytes.capacity() > keep_capacity) {
            pieces_.clear();
        } else {
            pieces_.front().bytes.clear();
        }
    }
    size_ = 0;
    front_at_ = 0;
}

}  // namespace kitchen::http
