// CSV as RFC 4180 has it, a record at a time: commas, quotes, CRLF or LF at the end of a record. A
// byte order mark before it all is passed over. What the bytes of a cell mean is not known here,
// whether they are UTF-8 neither.
//
// Memory: one record, and what the stream buffers. Thread-safety: belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "kitchen/result.h"

namespace kitchen::transfer {

class CsvReader {
public:
    /// `in` must live longer. `max_record` bytes are the longest record.
    CsvReader(std::istream& in, std::size_t max_record);

    /// Reads the next record; false when there is none. Error: unprocessable "csv_malformed", about
    /// line(); nothing more can be read then.
    Result<bool> next();
    /// Of the record; good until next(). An empty line is one empty cell.
    const std::vector<std::string>& cells() const { return cells_; }
    /// Where the record began, from 1.
    std::int64_t line() const { return line_; }

private:
    /// Reads the rest of a cell after its opening quote.
    Status quoted(std::string& cell);
    /// The next byte, or -1; counts lines and bytes of the record.
    int take();

    std::streambuf& in_;
    const std::size_t max_record_;
    std::vector<std::string> cells_;
    std::int64_t line_ = 1, next_line_ = 1;
    std::size_t record_size_ = 0;
};

}  // namespace kitchen::transfer
