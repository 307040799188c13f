#include "kitchen/testkit/http_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <utility>

#include "kitchen/text.h"
#include "tls_session.h"

namespace kitchen::testkit {
namespace {

using Time = std::chrono::steady_clock::time_point;
constexpr std::chrono::seconds response_timeout{30};

std::string base64(std::string_view text) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        unsigned bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8 | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            out += i + k <= text.size() ? digits[bits >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

[[noreturn]] void client_failure(const std::string& what) {
    throw std::runtime_error("HttpClient: " + what);
}
[[noreturn]] void fail_errno(const std::string& what) {
    client_failure(what + ": " + std::strerror(errno));
}

/// The connection ended where a response should have begun.
struct Disconnected {};

/// A connected socket with a read buffer.
class Connection {
public:
    Connection(const std::string& host, std::uint16_t port) {
        sockaddr_storage address{};
        socklen_t length = 0;
        if (auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
            inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
            v4->sin_family = AF_INET;
            v4->sin_port = htons(port);
            length = sizeof *v4;
        } else if (auto* v6 = reinterpret_cast<sockaddr_in6*>(&address);
                   inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
            v6->sin6_family = AF_INET6;
            v6->sin6_port = htons(port);
            length = sizeof *v6;
        } else {
            client_failure("'" + host + "' is not a numeric address");
        }
        fd_ = ::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd_ < 0) fail_errno("socket");
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), length) != 0) {
            const int reason = errno;
            ::close(fd_);
            errno = reason;
            fail_errno("connect to port " + std::to_string(port));
        }
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    Connection(const std::string& host, std::uint16_t port, const TlsOptions& options,
               Time deadline)
        : Connection(host, port) {
        tls_ = std::make_unique<TlsSession>(options.authority, options.server_name);
        for (bool done = false; !done;) {
            done = tls_->shake_hands();
            if (!send_all(tls_->outgoing(), deadline)) throw Disconnected{};
            if (!done && !receive(deadline)) throw Disconnected{};
        }
    }
    ~Connection() { ::close(fd_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// A server that refuses a request early closes while the rest is still being sent: that is no
    /// error, its response is there to be read. False when it happened.
    bool write(std::string_view bytes, Time deadline) {
        if (!tls_) return send_all(bytes, deadline);
        tls_->put(bytes);
        return send_all(tls_->outgoing(), deadline);
    }
    std::string read_line(Time deadline) {
        for (;;) {
            const std::size_t end = buffer_.find("\r\n");
            if (end != std::string::npos) {
                std::string line = buffer_.substr(0, end);
                buffer_.erase(0, end + 2);
                return line;
            }
            if (!fill(deadline)) {
                if (buffer_.empty()) throw Disconnected{};
                client_failure("the connection ended inside the head of an answer");
            }
        }
    }
    std::string read_exactly(std::size_t size, Time deadline) {
        while (buffer_.size() < size)
            if (!fill(deadline))
                client_failure("the connection ended inside the body of an answer");
        std::string out = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return out;
    }
    /// Whether the server has closed it while it was idle.
    bool is_stale() {
        if (tls_) {  // its own bytes may come at any time, too
            pollfd entry{fd_, POLLIN, 0};
            while (::poll(&entry, 1, 0) > 0)
                if (receive_some() == Received::nothing_more) return true;
            return false;
        }
        char byte;
        const ssize_t got = ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
    }
    /// What has come, or comes next; nothing at the end.
    std::optional<std::string> read_some(Time deadline) {
        if (buffer_.empty() && !fill(deadline)) return std::nullopt;
        return std::exchange(buffer_, {});
    }
    /// The next chunk (RFC 9112 section 7.1, without trailers); nothing after the last.
    std::optional<std::string> read_chunk(Time deadline) {
        const std::size_t size = std::stoul(read_line(deadline), nullptr, 16);
        std::string chunk = read_exactly(size, deadline);
        read_exactly(2, deadline);
        return size > 0 ? std::optional(std::move(chunk)) : std::nullopt;
    }

private:
    short wait(short events, Time deadline) {
        for (;;) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                                  deadline - std::chrono::steady_clock::now())
                                  .count();
            if (left <= 0) client_failure("no whole answer within 30 s");
            pollfd entry{fd_, events, 0};
            const int ready = ::poll(&entry, 1, static_cast<int>(left));
            if (ready > 0) return entry.revents;
            if (ready < 0 && errno != EINTR) fail_errno("poll");
        }
    }
    bool send_all(std::string_view bytes, Time deadline) {
        while (!bytes.empty()) {
            const ssize_t sent =
                ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent >= 0) {
                bytes.remove_prefix(static_cast<std::size_t>(sent));
            } else if (errno == EAGAIN) {
                // A response that is there already means that the server may not read on.
                if ((wait(POLLIN | POLLOUT, deadline) & POLLIN) &&
                    (!tls_ || receive_some() == Received::nothing_more || !buffer_.empty()))
                    return false;
            } else if (errno != EINTR) {
                return false;
            }
        }
        return true;
    }
    enum class Received { bytes, nothing_yet, nothing_more };
    /// Without waiting.
    Received receive_some() {
        char chunk[16 * 1024];
        const ssize_t got = ::recv(fd_, chunk, sizeof chunk, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Received::nothing_yet;
        if (got == 0 || (got < 0 && errno == ECONNRESET)) return Received::nothing_more;
        if (got < 0) fail_errno("recv");
        const std::string_view bytes(chunk, static_cast<std::size_t>(got));
        if (!tls_) {
            buffer_.append(bytes);
            return Received::bytes;
        }
        tls_->take(bytes, buffer_);
        return tls_->has_ended() ? Received::nothing_more : Received::bytes;
    }
    /// False at the end of the stream.
    bool receive(Time deadline) {
        for (;;) {
            wait(POLLIN, deadline);
            const Received received = receive_some();
            if (received != Received::nothing_yet) return received == Received::bytes;
        }
    }
    /// More in the buffer; false at the end of the stream.
    bool fill(Time deadline) {
        const std::size_t before = buffer_.size();
        while (buffer_.size() == before)
            if (!receive(deadline)) return buffer_.size() > before;
        return true;
    }

    int fd_ = -1;
    std::unique_ptr<TlsSession> tls_;
    std::string buffer_;
};

}  // namespace

std::string HttpResponse::header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers)
        if (name == lower_case_name) return value;
    return {};
}

std::string HttpResponse::problem_code() const {
    const Json& code = json["code"];
    return code.is_string() ? code.as_string() : std::string();
}

struct HttpClient::Impl {
    std::string host;
    std::uint16_t port;
    std::optional<TlsOptions> tls;
    std::string authorization;
    HeaderList cookies;
    std::unique_ptr<Connection> connection;
    const std::function<bool(std::string_view)>* enough =
        nullptr;  ///< of the response that is read; null: all of it

    void connect() {
        connection =
            tls ? std::make_unique<Connection>(host, port, *tls,
                                               std::chrono::steady_clock::now() + response_timeout)
                : std::make_unique<Connection>(host, port);
    }

    std::string head(std::string_view method, std::string_view target, std::string_view body,
                     const HeaderList& headers) const {
        const auto given = [&](std::string_view name) {
            return std::any_of(headers.begin(), headers.end(),
                               [&](const auto& field) { return ascii_lower(field.first) == name; });
        };
        std::string out = std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\n";
        const auto add = [&out](std::string_view name, std::string_view value) {
            out.append(name).append(": ").append(value).append("\r\n");
        };
        const bool is_v6 = host.find(':') != std::string::npos;
        if (!given("host"))
            add("Host", (tls     ? tls->server_name
                         : is_v6 ? "[" + host + "]"
                                 : host) +
                            ":" + std::to_string(port));
        if (!authorization.empty() && !given("authorization")) add("Authorization", authorization);
        if (!cookies.empty() && !given("cookie")) {
            std::string list;
            for (const auto& [name, value] : cookies)
                list += (list.empty() ? "" : "; ") + name + "=" + value;
            add("Cookie", list);
        }
        const bool has_length = given("content-length") || given("transfer-encoding");
        if (!has_length &&
            (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH"))
            add("Content-Length", std::to_string(body.size()));
        for (const auto& [name, value] : headers) add(name, value);
        return out + "\r\n";
    }

    /// Takes and drops cookies as the response says. Path, Domain, Expires and Secure are not
    /// looked at: a test talks to one server.
    void keep_cookie(std::string_view set_cookie) {
        const std::string_view pair = set_cookie.substr(0, set_cookie.find(';'));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const std::string name(without_blanks(pair.substr(0, equals)));
        std::erase_if(cookies, [&](const auto& cookie) { return cookie.first == name; });
        const std::string attributes = ascii_lower(set_cookie.substr(pair.size()));
        const std::size_t max_age = attributes.find("max-age=");
        const bool is_over =
            max_age != std::string::npos && std::atoll(attributes.c_str() + max_age + 8) <= 0;
        if (!is_over && equals < pair.size())
            cookies.emplace_back(name, without_blanks(pair.substr(equals + 1)));
    }

    HttpResponse read_head(Time deadline) {
        HttpResponse response;
        const std::string status_line = connection->read_line(deadline);
        if (!status_line.starts_with("HTTP/1.1 ") || status_line.size() < 12)
            client_failure("'" + status_line + "' is no status line");
        std::from_chars(status_line.data() + 9, status_line.data() + 12, response.status);
        for (;;) {
            const std::string line = connection->read_line(deadline);
            if (line.empty()) return response;
            const std::size_t colon = line.find(':');
            if (colon == std::string::npos) client_failure("'" + line + "' is no header field");
            response.headers.emplace_back(ascii_lower(line.substr(0, colon)),
                                          without_blanks(std::string_view(line).substr(colon + 1)));
        }
    }

    /// False when the rest is not wanted.
    bool read_pieces(std::string& body, bool chunked, Time deadline) {
        for (;;) {
            if (enough && (*enough)(body)) return false;
            const auto piece =
                chunked ? connection->read_chunk(deadline) : connection->read_some(deadline);
            if (!piece) return true;
            body += *piece;
        }
    }

    /// Also keeps the cookies, and lets the connection go when the server will.
    HttpResponse read_response(std::string_view method, HttpResponse response, Time deadline) {
        const std::string length = response.header("content-length");
        bool closes = ascii_lower(response.header("connection")).find("close") != std::string::npos;
        if (method != "HEAD" && response.status != 204 && response.status != 304) {
            if (!length.empty()) {
                std::size_t size = 0;
                std::from_chars(length.data(), length.data() + length.size(), size);
                response.body = connection->read_exactly(size, deadline);
            } else {
                const bool chunked = ascii_lower(response.header("transfer-encoding")) == "chunked";
                const bool whole = read_pieces(response.body, chunked, deadline);
                closes = closes || !chunked || !whole;
            }
        }
        for (const auto& [name, value] : response.headers)
            if (name == "set-cookie") keep_cookie(value);
        if (closes) connection.reset();
        const std::string type = response.header("content-type");
        if (type.find("json") != std::string::npos)
            response.json = parse_json(response.body).value_or(Json());
        return response;
    }

    HttpResponse exchange(std::string_view method, std::string_view head_text,
                          std::string_view body, bool waits_for_continue) {
        const Time deadline = std::chrono::steady_clock::now() + response_timeout;
        bool body_is_due = !body.empty();
        if (waits_for_continue) {
            connection->write(head_text, deadline);
        } else {
            connection->write(std::string(head_text).append(body), deadline);
            body_is_due = false;
        }
        for (;;) {
            HttpResponse response = read_head(deadline);
            if (response.status >= 200) {
                HttpResponse whole = read_response(method, std::move(response), deadline);
                if (body_is_due)
                    connection.reset();  // refused before the body: what comes next on this
                                         // connection is not agreed
                return whole;
            }
            if (response.status == 100 && body_is_due) {
                connection->write(body, deadline);
                body_is_due = false;
            }
        }
    }
};

HttpClient::HttpClient(std::uint16_t port, std::string host) : impl_(std::make_unique<Impl>()) {
    impl_->host = std::move(host);
    impl_->port = port;
}
HttpClient::HttpClient(std::uint16_t port, TlsOptions tls) : HttpClient(port) {
    impl_->tls = std::move(tls);
}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

HttpClient& HttpClient::basic(std::string_view user, std::string_view password) {
    impl_->authorization = "Basic " + base64(std::string(user) + ':' + std::string(password));
    return *this;
}
HttpClient& HttpClient::bearer(std::string_view token) {
    impl_->authorization = "Bearer " + std::string(token);
    return *this;
}
HttpClient& HttpClient::anonymous() {
    impl_->authorization.clear();
    return *this;
}
HttpClient& HttpClient::clear_cookies() {
    impl_->cookies.clear();
    return *this;
}

HttpResponse HttpClient::send(std::string_view method, std::string_view target,
                              std::string_view body, const HeaderList& headers) {
    const std::string head = impl_->head(method, target, body, headers);
    const bool waits_for_continue =
        std::any_of(headers.begin(), headers.end(), [](const auto& field) {
            return ascii_lower(field.first) == "expect" &&
                   ascii_lower(field.second) == "100-continue";
        });
    // Sent a second time, these do no more than once.
    const bool is_repeatable = method != "POST" && method != "PATCH";
    for (;;) {
        if (impl_->connection && impl_->connection->is_stale()) impl_->connection.reset();
        const bool is_reused = impl_->connection != nullptr;
        try {
            if (!is_reused) impl_->connect();
            return impl_->exchange(method, head, body, waits_for_continue);
        } catch (const Disconnected&) {
            impl_->connection.reset();
            // A server may close an idle connection at any time, also just now; on a fresh one it
            // owes a response.
            if (!is_reused || !is_repeatable)
                client_failure("the server closed the connection without an answer");
        } catch (...) {
            impl_->connection.reset();
            throw;
        }
    }
}

HttpResponse HttpClient::stream(std::string_view target,
                                const std::function<bool(std::string_view body)>& enough,
                                const HeaderList& headers) {
    struct Until {
        Impl& impl;
        ~Until() { impl.enough = nullptr; }
    } until{*impl_};
    impl_->enough = &enough;
    return send("GET", target, {}, headers);
}

namespace {

HeaderList with_json_type(HeaderList headers) {
    headers.emplace_back("Content-Type", "application/json");
    return headers;
}

}  // namespace

HttpResponse HttpClient::post(std::string_view target, const Json& body, HeaderList headers) {
    return send("POST", target, body.dump(), with_json_type(std::move(headers)));
}
HttpResponse HttpClient::patch(std::string_view target, const Json& body, HeaderList headers) {
    return send("PATCH", target, body.dump(), with_json_type(std::move(headers)));
}
HttpResponse HttpClient::put(std::string_view target, const Json& body, HeaderList headers) {
    return send("PUT", target, body.dump(), with_json_type(std::move(headers)));
}

}  // namespace kitchen::testkit
