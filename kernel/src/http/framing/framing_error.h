// Why a request could not be framed: the status of the response, a stable machine-readable code, a
// sentence.
//
// Every framing error ends the connection: after it, it is not known where the next request begins.
// Thread-safety: constants only.
#pragma once

#include <string_view>

namespace kitchen::http {

struct FramingError {
    int status = 0;
    std::string_view code;    ///< never changes once published
    std::string_view detail;  ///< for a human; may change
};

namespace framing_errors {

// The request line
inline constexpr FramingError bad_request_line{400, "bad_request_line",
                                               "The request line is not 'METHOD target HTTP/1.1'."};
inline constexpr FramingError tls_on_plain_port{
    400, "tls_on_plain_port",
    "This port speaks plain HTTP, and the client began with TLS. Use http://, or the port of the "
    "proxy that ends TLS."};
inline constexpr FramingError bad_method{400, "bad_method", "The method is not a token."};
inline constexpr FramingError bad_target{
    400, "bad_target",
    "The request target is not a path, an absolute http URI, or '*' with OPTIONS."};
inline constexpr FramingError target_too_long{414, "target_too_long",
                                              "The request line is too long."};
inline constexpr FramingError bad_version{505, "bad_version",
                                          "Only HTTP/1.0 and HTTP/1.1 are spoken here."};
inline constexpr FramingError connect{501, "connect_not_supported",
                                      "This is not a proxy: CONNECT is not supported."};

// Lines and fields
inline constexpr FramingError bare_line_feed{400, "bare_line_feed",
                                             "A line ends in LF without CR."};
inline constexpr FramingError bad_header{400, "bad_header", "A header field is malformed."};
inline constexpr FramingError folded_header{400, "folded_header",
                                            "A header field is folded over several lines."};
inline constexpr FramingError headers_too_large{431, "headers_too_large",
                                                "The header section is too large."};
inline constexpr FramingError too_many_headers{431, "too_many_headers",
                                               "The request has too many header fields."};
inline constexpr FramingError missing_host{400, "missing_host",
                                           "An HTTP/1.1 request needs a Host field."};
inline constexpr FramingError duplicate_host{400, "duplicate_host",
                                             "The request has more than one Host field."};
inline constexpr FramingError bad_host{400, "bad_host",
                                       "The Host field is not a host and optional port."};
inline constexpr FramingError expectation{417, "bad_expectation",
                                          "Only the expectation '100-continue' is supported."};

// The length of the body
inline constexpr FramingError bad_content_length{400, "bad_content_length",
                                                 "Content-Length is not one decimal number."};
inline constexpr FramingError duplicate_content_length{
    400, "duplicate_content_length", "The request has more than one Content-Length."};
inline constexpr FramingError ambiguous_length{
    400, "ambiguous_length", "The request has both Content-Length and Transfer-Encoding."};
inline constexpr FramingError bad_transfer_encoding{400, "bad_transfer_encoding",
                                                    "Transfer-Encoding does not end in 'chunked'."};
inline constexpr FramingError unknown_coding{501, "unknown_transfer_coding",
                                             "The only transfer coding supported is 'chunked'."};
inline constexpr FramingError body_too_large{413, "body_too_large",
                                             "The request body is larger than is allowed here."};

// The chunked coding
inline constexpr FramingError bad_chunk{400, "bad_chunk", "The chunked body is malformed."};
inline constexpr FramingError chunk_extensions_too_large{400, "chunk_extensions_too_large",
                                                         "The chunk extensions are too large."};
inline constexpr FramingError bad_trailer{400, "bad_trailer", "A trailer field is malformed."};
inline constexpr FramingError trailers_too_large{400, "trailers_too_large",
                                                 "The trailer section is too large."};

}  // namespace framing_errors
}  // namespace kitchen::http
