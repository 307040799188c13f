// A client that sends bytes as they are, well formed or not, and reads what comes back byte by
// byte: for tests of what hostile and unlucky clients can do. HttpClient is the one for ordinary
// requests.
//
// Every wait is a blocking call with the patience of 20 s, long enough that only a real fault
// reaches it.
//
// Thread-safety: one thread for sending and one for reading; the rest on one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kitchen::testkit {

inline constexpr int patience_ms = 20'000;

/// One response as it came.
struct RawResponse {
    int status = 0;
    std::string head;  ///< with the empty line
    std::string body;

    bool has(std::string_view part) const { return head.find(part) != std::string::npos; }
    /// The first field of that name, in any case; "" when there is none.
    std::string header(std::string_view name) const;
};

struct RawClientOptions {
    int receive_buffer = 0;   ///< bytes of SO_RCVBUF; 0: the system's choice
    std::string source = {};  ///< numeric IPv4 address to come from, such as "127.0.0.2"; "": any
};

class RawClient {
public:
    /// Connects to 127.0.0.1; port 0 makes the socket and leaves connect() for later. See is_open()
    /// for whether it worked.
    explicit RawClient(std::uint16_t port, RawClientOptions options = {});
    RawClient(std::uint16_t port, int receive_buffer)
        : RawClient(port, RawClientOptions{.receive_buffer = receive_buffer}) {}
    ~RawClient();
    RawClient(RawClient&&) noexcept;
    RawClient& operator=(RawClient&&) noexcept;

    bool connect(std::uint16_t port);
    bool is_open() const noexcept { return connected_; }
    int fd() const noexcept { return fd_; }

    /// False when not all of it was taken.
    bool send(std::string_view bytes);
    /// GET with a Host field; `fields` are whole lines.
    bool get(std::string_view target, std::string_view fields = "");
    /// No more will be sent; responses are still read.
    void send_eof();
    /// Leaves with a reset (RST) in place of an orderly end.
    void reset();
    void close();

    /// Everything until the empty line; nothing when the connection ends or fails before.
    std::optional<std::string> read_head();
    /// One response framed by Content-Length (0 without).
    std::optional<RawResponse> read_response(bool without_body = false);
    /// The status of the next response, 0 when there is none.
    int status();
    std::string body();
    /// True when `part` came; it and what was before it are forgotten.
    bool read_until(std::string_view part) { return read_through(part).has_value(); }
    /// Everything up to `part` and that itself; nothing when it did not come.
    std::optional<std::string> read_through(std::string_view part);
    /// What is left until the end; nothing when the connection was reset or never closed.
    std::optional<std::string> read_to_end();
    /// True when the connection ends in order with nothing left to read.
    bool ends() { return read_to_end() == ""; }
    /// Waits, without reading, until the connection is cut.
    bool wait_until_cut();
    /// What has been received and not yet read.
    const std::string& unread() const noexcept { return buffer_; }

private:
    bool fill();

    int fd_ = -1;
    bool connected_ = false;
    bool ended_ = false;
    std::string buffer_;
};

/// Waits until a condition holds that nothing signals: looks every millisecond. False when the
/// patience has run out.
bool eventually(const std::function<bool()>& condition);

}  // namespace kitchen::testkit
