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
inline constexpr FramingError kBadRequestLine{400, "bad_request_line",
                                              "The request line is not 'METHOD target HTTP/1.1'."};
inline constexpr FramingError kBadMethod{400, "bad_method", "The method is not a token."};
inline constexpr FramingError kBadTarget{
    400, "bad_target",
    "The request target is not a path, an absolute http URI, or '*' with OPTIONS."};
inline constexpr FramingError kTargetTooLong{414, "target_too_long",
                                             "The request line is too long."};
inline constexpr FramingError kBadVersion{505, "bad_version",
                                          "Only HTTP/1.0 and HTTP/1.1 are spoken here."};
inline constexpr FramingError kConnect{501, "connect_not_supported",
                                       "This is not a proxy: CONNECT is not supported."};

// Lines and fields
inline constexpr FramingError kBareLineFeed{400, "bare_line_feed", "A line ends in LF without CR."};
inline constexpr FramingError kBadHeader{400, "bad_header", "A header field is malformed."};
inline constexpr FramingError kFoldedHeader{400, "folded_header",
                                            "A header field is folded over several lines."};
inline constexpr FramingError kHeadersTooLarge{431, "headers_too_large",
                                               "The header section is too large."};
inline constexpr FramingError kTooManyHeaders{431, "too_many_headers",
                                              "The request has too many header fields."};
inline constexpr FramingError kMissingHost{400, "missing_host",
                                           "An HTTP/1.1 request needs a Host field."};
inline constexpr FramingError kDuplicateHost{400, "duplicate_host",
                                             "The request has more than one Host field."};
inline constexpr FramingError kBadHost{400, "bad_host",
                                       "The Host field is not a host and optional port."};
inline constexpr FramingError kExpectation{417, "bad_expectation",
                                           "Only the expectation '100-continue' is supported."};

// The length of the body
inline constexpr FramingError kBadContentLength{400, "bad_content_length",
                                                "Content-Length is not one decimal number."};
inline constexpr FramingError kDuplicateContentLength{
    400, "duplicate_content_length", "The request has more than one Content-Length."};
inline constexpr FramingError kAmbiguousLength{
    400, "ambiguous_length", "The request has both Content-Length and Transfer-Encoding."};
inline constexpr FramingError kBadTransferEncoding{400, "bad_transfer_encoding",
                                                   "Transfer-Encoding does not end in 'chunked'."};
inline constexpr FramingError kUnknownCoding{501, "unknown_transfer_coding",
                                             "The only transfer coding supported is 'chunked'."};
inline constexpr FramingError kBodyTooLarge{413, "body_too_large",
                                            "The request body is larger than is allowed here."};

// The chunked coding
inline constexpr FramingError kBadChunk{400, "bad_chunk", "The chunked body is malformed."};
inline constexpr FramingError kChunkExtensionsTooLarge{400, "chunk_extensions_too_large",
                                                       "The chunk extensions are too large."};
inline constexpr FramingError kBadTrailer{400, "bad_trailer", "A trailer field is malformed."};
inline constexpr FramingError kTrailersTooLarge{400, "trailers_too_large",
                                                "The trailer section is too large."};

}  // namespace framing_errors
}  // namespace kitchen::http
