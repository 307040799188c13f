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

void StderrSink::write(std::string_view lines) {
    if (lost_ > 0) {
        if (write_all(lost_line_(lost_), std::chrono::milliseconds(0)) > 0) {
            lost_ += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n')) + 1;
            return;
        }
        lost_ = 0;
    }
    lost_ = write_all(lines, patience);
}

std::uint64_t StderrSink::write_all(std::string_view lines, std::chrono::milliseconds wait) {
    std::string text;
    text.reserve(lines.size() + 2);
    if (cut_) text += '\n';
    text += lines;
    text += '\n';
    for (std::string_view rest = text; !rest.empty();) {
        ssize_t written = 0;
        if (has_room(descriptor_, wait)) {
            written =
                ::write(descriptor_, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
            if (written < 0 && errno == EINTR) continue;
        }
        // No reader, or a full disk: not the server's fault.
        if (written <= 0) return static_cast<std::uint64_t>(std::ranges::count(rest, '\n'));
        rest.remove_prefix(static_cast<std::size_t>(written));
        cut_ = !rest.empty() && text[text.size() - rest.size() - 1] != '\n';
    }
    return 0;
}

}  // namespace kitchen::observe
