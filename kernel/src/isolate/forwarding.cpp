#include "isolate/forwarding.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "isolate/handover.h"
#include "kitchen/text.h"

namespace kitchen::isolate {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_head = 64 * 1024;

bool is_any_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

Error failure(const char* code, const char* detail) {
    return Error(Errc::unavailable, code, detail);
}
Error ended() { return failure("ended", "The process of the plugin broke off."); }
Error bad_response() { return failure("bad_response", "The response is not one."); }

/// An address of any length: through the descriptor of the folder.
struct Place {
    Place(const std::filesystem::path& folder, const std::string& name)
        : held(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
        const std::string path = "/proc/self/fd/" + std::to_string(held.get()) + '/' + name;
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    }
    const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&address); }

    UniqueFd held;
    sockaddr_un address{};
};

UniqueFd unix_socket() {
    return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

/// Both directions at once: a process that responds before it has read all must not stop us.
class Conversation {
public:
    Conversation(int fd, std::string_view text, Clock::time_point until)
        : fd_(fd), unsent_(text), until_(until) {}

    /// Puts more of the response behind `bytes`; nothing more: at its end.
    Status read_more(std::string& bytes) {
        char buffer[16 * 1024];
        for (;;) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - Clock::now());
            if (left.count() <= 0) return failure("timeout", "The plugin took too long.");
            pollfd watched{fd_, static_cast<short>(unsent_.empty() ? POLLIN : POLLIN | POLLOUT), 0};
            if (::poll(&watched, 1, static_cast<int>(left.count())) <= 0) continue;
            if (!unsent_.empty() && (watched.revents & POLLOUT)) {
                const ssize_t sent =
                    ::send(fd_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
                if (sent > 0) unsent_.remove_prefix(static_cast<std::size_t>(sent));
                // Refused: there may still be a response to read.
                if (sent < 0 && errno != EAGAIN && errno != EINTR) unsent_ = {};
            }
            if (!(watched.revents & (POLLIN | POLLHUP | POLLERR))) continue;
            const ssize_t count = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
            if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
            if (count < 0) return ended();
            bytes.append(buffer, static_cast<std::size_t>(count));
            return {};
        }
    }

private:
    const int fd_;
    std::string_view unsent_;
    const Clock::time_point until_;
};

struct Head {
    http::Response response;
    std::optional<std::size_t> length;
};

std::optional<std::size_t> number_in(std::string_view text) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// `text`: the lines, each with its CR LF.
std::optional<Head> parse_head(std::string_view text) {
    Head head;
    const auto next_line = [&text] {
        const std::size_t end = std::min(text.find("\r\n"), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 2, text.size()));
        return line;
    };
    const std::string_view first = next_line();
    constexpr std::string_view version = "HTTP/1.1 ";
    const auto status = number_in(first.substr(std::min(version.size(), first.size()), 3));
    if (!first.starts_with(version) || !status || *status < 200 || *status > 599)
        return std::nullopt;
    head.response.status = static_cast<int>(*status);
    while (!text.empty()) {
        const std::string_view line = next_line();
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        std::string name(line.substr(0, colon));
        const std::string_view value = without_blanks(line.substr(colon + 1));
        std::string lower = name;
        for (char& c : lower) c = ascii_lower(c);
        if (lower == "content-length") head.length = number_in(value);
        if (!is_any_of(lower, {"content-length", "connection", "date", "keep-alive",
                               "transfer-encoding", "x-request-id"}))
            head.response.headers.emplace_back(std::move(name), std::string(value));
    }
    if (*status == 204 || *status == 304) head.length = 0;
    return head;
}

/// Writes what `body` holds, and empties it.
bool move_to(const UniqueFd& file, std::string& body) noexcept {
    std::string_view left = body;
    while (!left.empty()) {
        const ssize_t count = ::write(file.get(), left.data(), left.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        left.remove_prefix(static_cast<std::size_t>(count));
    }
    body.clear();
    return true;
}

Result<http::Response> read_body(Conversation& conversation, Head head, std::string body,
                                 const std::filesystem::path& folder) {
    const std::size_t length = *head.length;
    UniqueFd file;
    if (length > most_in_memory) {
        file.reset(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
        if (!file) return failure("bad_response", "There is no room for a response of this size.");
    }
    std::size_t in_file = 0;
    while (in_file + body.size() < length) {
        const std::size_t before = body.size();
        if (Status more = conversation.read_more(body); !more) return std::move(more).error();
        if (body.size() == before) return ended();
        if (in_file + body.size() > length) return bad_response();
        if (!file || body.size() < most_in_memory / 4) continue;
        in_file += body.size();
        if (!move_to(file, body))
            return failure("bad_response", "There is no room for a response of this size.");
    }
    if (in_file + body.size() != length) return bad_response();
    if (file) {
        if (!move_to(file, body)) return bad_response();
        head.response.file = std::make_shared<const http::FileBody>(file.release(), 0, length);
    } else {
        head.response.body = std::move(body);
    }
    return std::move(head.response);
}

}  // namespace

std::string request_text(const http::Request& request, const TraceContext& trace) {
    std::string text = (request.method == "HEAD" ? "GET" : request.method) + ' ' + request.target +
                       " HTTP/1.1\r\n";
    const auto add = [&text](std::string_view name, std::string_view value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    if (!request.header("host")) add("host", "kitchen");
    for (const auto& [name, value] : request.headers)
        if (!is_any_of(name, {"connection", "keep-alive", "proxy-connection", "te", "trailer",
                              "transfer-encoding", "upgrade", "expect", "content-length",
                              "x-request-id", "traceparent", handover_field}))
            add(name, value);
    add("connection", "close");
    add("x-request-id", request.request_id);
    if (!trace.traceparent.empty()) add("traceparent", trace.traceparent);
    add(handover_field, handover_of(request));
    if (!request.body.empty()) add("content-length", std::to_string(request.body.size()));
    return text.append("\r\n").append(request.body);
}

UniqueFd connect_to(const std::filesystem::path& folder, const std::string& name) {
    UniqueFd fd = unix_socket();
    const Place place(folder, name);
    if (!fd || ::connect(fd.get(), place.get(), sizeof place.address) != 0) return {};
    return fd;
}

UniqueFd listen_at(const std::filesystem::path& folder, const std::string& name) {
    UniqueFd fd = unix_socket();
    const Place place(folder, name);
    (void)::unlink((folder / name).c_str());  // of the process before
    if (!fd || ::bind(fd.get(), place.get(), sizeof place.address) != 0 ||
        ::listen(fd.get(), SOMAXCONN) != 0)
        throw std::system_error(errno, std::generic_category(),
                                "cannot listen in " + folder.string());
    return fd;
}

Result<http::Response> exchange(const UniqueFd& connection, std::string_view text,
                                Clock::time_point until, const std::filesystem::path& folder) {
    Conversation conversation(connection.get(), text, until);
    std::string bytes;
    std::size_t end = std::string::npos;
    while ((end = bytes.find("\r\n\r\n")) == std::string::npos) {
        const std::size_t before = bytes.size();
        if (before > longest_head) return bad_response();
        if (Status more = conversation.read_more(bytes); !more) return std::move(more).error();
        if (bytes.size() == before) return ended();
    }
    auto head = parse_head(std::string_view(bytes).substr(0, end + 2));
    if (!head || !head->length) return bad_response();
    return read_body(conversation, *std::move(head), bytes.substr(end + 4), folder);
}

}  // namespace kitchen::isolate
