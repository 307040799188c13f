// The elements of a JSON array, one at a time: of the whole text, or of its member "result", as
// lists of the API have it.
//
// Memory: one element, and what the stream buffers. Thread-safety: belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>

#include "kitchen/json.h"
#include "kitchen/result.h"

namespace kitchen::transfer {

class JsonItems {
public:
    /// `in` must live longer. `max_item` bytes are the longest element.
    JsonItems(std::istream& in, std::size_t max_item);

    /// Reads the next element; false when there is none. Error: unprocessable "json_malformed",
    /// about line(); nothing more can be read then.
    Result<bool> next(Json& item);
    /// Where the element began, from 1.
    std::int64_t line() const { return line_; }
    /// Whether they are those of "result". Known after next().
    bool in_result() const { return in_result_; }

private:
    Status open();
    Status close();
    /// Reads the name of a member and its colon.
    Result<std::string> name();
    Result<Json> value();
    /// The next byte that is no white space, or -1; it stays.
    int peek();
    int take();

    std::streambuf& in_;
    const std::size_t max_item_;
    std::int64_t line_ = 1, next_line_ = 1;
    bool is_open_ = false, is_first_ = true, in_result_ = false, is_done_ = false;
};

}  // namespace kitchen::transfer
