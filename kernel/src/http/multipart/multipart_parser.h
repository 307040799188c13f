// Reads multipart/form-data (RFC 7578, RFC 2046 section 5.1) from bytes that arrive in any
// portions. Knows no file and no route: what is found goes to a MultipartSink.
//
// Cost is linear in the bytes fed, however they are split. Memory is the head of one part, at most;
// data is handed on as it comes. After a refusal nothing more is read.
//
// Strict where parties could differ, as README.md beside this file lists.
//
// Thread-safety: none; one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kitchen/result.h"

namespace kitchen::http {

struct MultipartPart {
    std::string name;
    bool is_file = false;    ///< it has a file name, which may be empty
    std::string file_name;   ///< without folders: what stands behind the last '/' or '\'
    std::string media_type;  ///< lower-case, without parameters; "" when not said
};

class MultipartSink {
public:
    virtual ~MultipartSink() = default;
    // An error ends the reading, and is what feed() gives. Data and end belong to the last part.
    virtual Status on_part(MultipartPart part) = 0;
    virtual Status on_data(std::string_view bytes) = 0;
    virtual Status on_part_end() = 0;
};

class MultipartParser {
public:
    static constexpr std::size_t max_parts = 128;
    static constexpr std::size_t max_head = 4 * 1024;  ///< bytes of the fields of one part

    /// `boundary`: of boundary_of(). `sink` must outlive this.
    MultipartParser(std::string_view boundary, MultipartSink& sink);

    /// Reads all of it. Errors are malformed, besides those of the sink.
    Status feed(std::string_view bytes);
    /// The body has ended: malformed when its last boundary has not come.
    Status finish();

private:
    enum class Phase : std::uint8_t {
        preamble,
        data,
        after_delimiter,  ///< blanks and the end of its line, or the "--" of the last
        delimiter_lf,
        last_dash,
        head,
        epilogue,
    };

    Status read_data(std::string_view& bytes);
    Status read_delimiter_end(char c);
    Status read_head(std::string_view& bytes);
    Status read_field(std::string_view line);
    Status end_head();

    const std::string delimiter_;  ///< CRLF, "--" and the boundary
    MultipartSink& sink_;
    Phase phase_ = Phase::preamble;
    // Its CRLF is that of the line before, when nothing stands between: at the very beginning, and
    // after the head of a part without data.
    std::size_t matched_ = 2;   ///< of the delimiter
    std::size_t borrowed_ = 2;  ///< of those: no data when the match fails
    bool padded_ = false;       ///< a blank behind the delimiter
    std::size_t parts_ = 0;
    std::size_t head_size_ = 0;
    std::string line_;
    MultipartPart part_;
    bool has_disposition_ = false;
    bool has_type_ = false;
};

}  // namespace kitchen::http
