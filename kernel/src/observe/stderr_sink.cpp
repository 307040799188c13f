#include "observe/stderr_sink.h"

#include <algorithm>
#include <cerrno>
#include <climits>

#include <poll.h>
#include <unistd.h>

namespace kitchen::observe {

namespace {

bool has_room(int descriptor, std::chrono::milliseconds wait) {
    pollfd ready{descriptor, POLLOUT, 0};
    return ::poll(&ready, 1, static_cast<int>(wait.count())) > 0 && (ready.revents & POLLOUT) != 0;
}

}  // namespace

void StderrSink::write(std::string_view line) {
    if (lost_ > 0) {
        if (!write_whole(lost_line_(lost_), std::chrono::milliseconds(0))) {
            ++lost_;
            return;
        }
        lost_ = 0;
    }
    if (!write_whole(line, patience)) ++lost_;
}

bool StderrSink::write_whole(std::string_view line, std::chrono::milliseconds wait) {
    std::string text;
    if (cut_) text += '\n';
    text += line;
    text += '\n';
    for (std::string_view rest = text; !rest.empty();) {
        if (!has_room(descriptor_, wait)) return false;
        const ssize_t written =
            ::write(descriptor_, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0)
            return false;  // a full disk, no reader at the other end: not the server's fault
        rest.remove_prefix(static_cast<std::size_t>(written));
        cut_ = !rest.empty();
    }
    return true;
}

}  // namespace kitchen::observe
