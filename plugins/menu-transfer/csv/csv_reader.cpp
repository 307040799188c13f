#include "csv/csv_reader.h"

#include "file_text.h"

namespace kitchen::transfer {
namespace {

Error bad_csv(std::string detail) {
    return Error(Errc::unprocessable, "csv_malformed", std::move(detail));
}

}  // namespace

CsvReader::CsvReader(std::istream& in, std::size_t max_record)
    : in_(*in.rdbuf()), max_record_(max_record) {
    skip_byte_order_mark(in_);
}

int CsvReader::take() {
    const int byte = in_.sbumpc();
    if (byte == end_of_file) return byte;
    ++record_size_;
    if (byte == '\n') ++next_line_;
    return byte;
}

Status CsvReader::quoted(std::string& cell) {
    for (;;) {
        const int byte = take();
        if (byte == end_of_file) return bad_csv("A quote is opened here and not closed.");
        if (record_size_ > max_record_) return bad_csv("The row is too long.");
        if (byte == '"') {
            if (in_.sgetc() != '"') return {};
            take();
        }
        cell += static_cast<char>(byte);
    }
}

Result<bool> CsvReader::next() {
    cells_.clear();
    line_ = next_line_;
    record_size_ = 0;
    if (in_.sgetc() == end_of_file) return false;
    cells_.emplace_back();
    bool was_quoted = false;
    for (;;) {
        std::string& cell = cells_.back();
        const int byte = take();
        if (record_size_ > max_record_) return bad_csv("The row is too long.");
        if (byte == end_of_file || byte == '\n') return true;
        if (byte == '\r') {
            if (const int after = in_.sgetc(); after != '\n' && after != end_of_file)
                return bad_csv("A line break is a CR without LF.");
        } else if (byte == ',') {
            cells_.emplace_back();
            was_quoted = false;
        } else if (was_quoted) {
            return bad_csv("A comma or the end of the row must follow a closing quote.");
        } else if (byte != '"') {
            cell += static_cast<char>(byte);
        } else if (!cell.empty()) {
            return bad_csv("A cell that holds a quote must be in quotes, and the quote doubled.");
        } else if (Status closed = quoted(cell); !closed) {
            return std::move(closed).error();
        } else {
            was_quoted = true;
        }
    }
}

}  // namespace kitchen::transfer
