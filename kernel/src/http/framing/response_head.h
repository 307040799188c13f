// Writes the head of a response (RFC 9112 section 4): status line, Date, Content-Length,
// Connection, and the fields given.
//
// Thread-safety: append_response_head is a pure function; a DateCache may be shared by all threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <string>
#include <string_view>

#include "kitchen/http/request.h"
#include "sdk/http_date.h"

namespace kitchen::http {

/// What decides how a response is framed.
struct ResponseFraming {
    int status = 200;           ///< outside 200..599: 500 is sent instead
    bool head_request = false;  ///< the request's method was HEAD
    int minor_version = 1;      ///< of the request
    bool keep_alive = true;     ///< the connection will be kept
    bool until_close = false;  ///< the body ends with the connection: no Content-Length, never kept
    std::size_t body_size = 0;
};

/// Appends the head, up to and with the empty line. Date, Content-Length, Transfer-Encoding and
/// Connection among `headers` are ignored; so is every field whose name is no token or whose value
/// holds a control character (CR, LF, NUL…). `defaults` are fields of every response; each gives
/// way to one of its name in `headers`.
void append_response_head(std::string& out, const ResponseFraming& framing, const Fields& headers,
                          std::string_view date, const Fields& defaults = {});

/// Whether bytes follow the head: not after HEAD, 204 or 304.
bool has_response_body(const ResponseFraming& framing) noexcept;

/// "OK" for 200; "Unknown" for a status without a registered phrase.
std::string_view reason_phrase(int status) noexcept;

/// The date of now, formatted once a second.
class DateCache {
public:
    HttpDate now() { return at(std::time(nullptr)); }
    HttpDate at(std::time_t time);

private:
    std::mutex mutex_;
    std::time_t second_ = -1;
    HttpDate text_{};
};

}  // namespace kitchen::http
