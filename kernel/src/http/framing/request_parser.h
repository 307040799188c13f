// Reads HTTP/1.x requests (RFC 9112) from bytes that arrive in any portions. Knows no socket.
//
// Strict: whatever another party on the way could read differently is refused, and the refusal is
// final, since after it is not known where the next request begins. What is refused beyond the
// letter of the RFC is listed in README.md beside this file.
//
// Cost is linear in the bytes fed, however they are split: nothing is scanned twice. Memory grows
// with what has arrived, never with what was announced. Every limit holds in total, not per feed().
//
//     RequestParser parser;
//     while (...) {
//         auto [event, consumed] = parser.feed(bytes);
//         bytes.remove_prefix(consumed);
//         switch (event) {
//             case Event::need_more: ...read more...
//             case Event::head:      parser.set_body_limit(...);  // or refuse
//             case Event::complete:  handle(parser.take_request());
//             case Event::error:     refuse(parser.error()); close();
//         }
//     }
//
// Thread-safety: none; one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "framing_error.h"
#include "kitchen/http/request.h"

namespace kitchen::http {

struct ParserLimits {
    std::size_t request_line = 8 * 1024;  ///< bytes, without CRLF; past it 414
    std::size_t header_section =
        16 * 1024;                        ///< bytes of all field lines with their CRLF; past it 431
    std::size_t header_fields = 100;      ///< past it 431
    std::size_t leading_empty_lines = 4;  ///< CRLFs tolerated before a request line
    std::size_t chunk_extensions = 1024;  ///< bytes in the whole body; past it 400
    std::size_t trailer_section = 4 * 1024;  ///< bytes; past it 400
    std::size_t body = 1024 * 1024;  ///< bytes, until set_body_limit() says otherwise; past it 413
};

class RequestParser {
public:
    enum class Event {
        need_more,  ///< everything fed was consumed
        head,       ///< request() holds all but the body; feed() goes on from here, even when fed
                    ///< nothing
        complete,   ///< take_request() has the whole; the next feed() starts the next request
        error,      ///< see error(); consumes nothing more, ever
    };
    struct Progress {
        Event event;
        std::size_t consumed;  ///< bytes taken from the front of what was fed
    };

    explicit RequestParser(ParserLimits limits = {});

    /// Consumes up to the next event.
    Progress feed(std::string_view bytes);

    /// After Event::head: the most bytes the body may have. A body announced as longer is an error
    /// at the next feed().
    void set_body_limit(std::size_t bytes) noexcept { body_limit_ = bytes; }
    /// After Event::head: the body goes to the end of `sink`, which the caller empties, and
    /// take_request() may be called before it has come. `sink` must outlive the request.
    void divert_body(std::string& sink) noexcept { body_ = &sink; }
    /// After Event::head of a request without a body: forgets it, as if it had been taken.
    void discard_request();

    /// What has been read of the request so far; nullptr between requests.
    Request* request() noexcept { return request_.get(); }
    const Request* request() const noexcept { return request_.get(); }
    /// After Event::complete, before the next feed(): hands the request over.
    std::unique_ptr<Request> take_request();
    const FramingError& error() const noexcept { return error_; }

    // From Event::head until the next request begins:
    bool has_body() const noexcept {
        return chunked_ || content_length_ > 0;
    }  ///< a body was announced
    bool expects_continue() const noexcept {
        return expects_continue_;
    }                                  ///< Expect: 100-continue, from HTTP/1.1
    bool keep_alive() const noexcept;  ///< what the client asked for, or the default of its version

    /// True from the first byte of a request until it is complete; false between requests and
    /// after an error.
    bool in_progress() const noexcept { return phase_ != Phase::start && phase_ != Phase::failed; }
    /// True while the head is still being read.
    bool in_head() const noexcept {
        return phase_ == Phase::request_line || phase_ == Phase::fields;
    }

private:
    enum class Phase {
        start,
        request_line,
        fields,
        head_done,
        sized_body,
        chunk_size,
        chunk_extension,
        chunk_size_lf,
        chunk_data,
        chunk_data_cr,
        chunk_data_lf,
        trailers,
        failed,
    };
    enum class Line { ready, need_more, too_long, bare_lf };
    struct Input {
        std::string_view bytes;
        std::size_t at = 0;

        bool empty() const noexcept { return at == bytes.size(); }
        char front() const noexcept { return bytes[at]; }
        std::string_view rest() const noexcept { return bytes.substr(at); }
    };

    Line take_line(Input& input, std::size_t limit, std::string_view& line);
    bool skip_empty_lines(Input& input);
    bool read_request_line(std::string_view line);
    bool read_target(std::string_view target);
    bool read_absolute_target(std::string_view target, std::size_t scheme_length);
    bool read_field(std::string_view line);
    bool note_field(std::string_view name, std::string_view value);
    bool note_content_length(std::string_view value);
    void note_transfer_encoding(std::string_view value);
    void note_connection(std::string_view value);
    bool finish_head();
    bool begin_body();
    Progress read_head(Input& input);
    Progress read_sized_body(Input& input);
    Progress read_chunked_body(Input& input);
    bool read_chunk_size(Input& input);
    bool end_chunk_size();
    void take_body(Input& input, std::uint64_t& remaining);
    Progress complete(const Input& input);
    Progress failed(const Input& input);
    bool fail(const FramingError& error);
    void reset();

    ParserLimits limits_;
    Phase phase_ = Phase::start;
    std::unique_ptr<Request> request_;
    std::string* body_ = nullptr;  ///< that of request_, unless it was diverted
    FramingError error_;
    std::string line_;               ///< the unfinished line
    std::size_t section_bytes_ = 0;  ///< of the header or trailer section so far
    std::size_t empty_lines_ = 0;
    bool half_empty_line_ = false;  ///< CR seen, LF outstanding
    std::size_t body_limit_ = 0;
    std::size_t body_size_ = 0;  ///< so far

    std::uint64_t content_length_ = 0;
    std::uint64_t remaining_ = 0;  ///< of the body, or of the chunk
    std::size_t chunk_digits_ = 0;
    std::size_t extension_bytes_ = 0;
    std::string authority_;  ///< of an absolute-form target; replaces Host

    int minor_version_ = 1;
    bool has_host_ = false;
    bool has_content_length_ = false;
    bool length_overflow_ = false;
    bool has_transfer_encoding_ = false;
    bool chunked_ = false;  ///< the last coding so far is "chunked"
    bool other_coding_ = false;
    bool repeated_chunked_ = false;
    bool extension_started_ = false;  ///< the ";" was seen
    bool expects_continue_ = false;
    bool bad_expectation_ = false;
    bool connection_close_ = false;
    bool connection_keep_alive_ = false;
};

}  // namespace kitchen::http
