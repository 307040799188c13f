// Menus that come as files. Whatever comes is read row by row or refused for a reason that is said,
// about a line of the file; and what CSV holds is the same after it has been written and read
// again.
//
// Input: "csv" or "json" in the first line, then the file.
#include "csv/csv_reader.h"

#include <algorithm>
#include <sstream>

#include "csv/csv_text.h"
#include "lines.h"
#include "menu_rows.h"
#include "require.h"

namespace {

using namespace kitchen;
using kitchen::fuzz::require;

constexpr std::size_t longest_row = 4096;

void read_rows(transfer::MenuFormat format, const std::string& file) {
    std::istringstream in(file);
    const auto rows = transfer::menu_rows(format, in, longest_row);
    const auto lines = 1 + std::count(file.begin(), file.end(), '\n');
    std::int64_t last = 1;
    for (transfer::MenuRow row;;) {
        const Result<bool> found = rows->next(row);
        require(rows->line() >= 1 && rows->line() <= lines, "a line is one of the file");
        if (!found) {
            require(found.error().kind == Errc::unprocessable, "a refusal is 422");
            require(!found.error().detail.empty(), "it is said why");
            return;
        }
        if (!*found) return;
        require(row.line >= last, "lines rise");
        last = row.line;
        require(row.values.is_object() && row.pointer.starts_with('/'), "a row is an object");
        for (const Fault& fault : row.faults)
            require(
                !fault.code.empty() && (fault.detail.ends_with('.') || fault.detail.ends_with('?')),
                "a fault has a code and a sentence");
    }
}

void read_cells(const std::string& file) {
    std::istringstream in(file);
    transfer::CsvReader reader(in, longest_row);
    for (;;) {
        const Result<bool> found = reader.next();
        if (!found || !*found) return;
        const std::vector<std::string> cells = reader.cells();
        std::string record;
        for (const std::string& cell : cells) {
            require(transfer::as_meant(transfer::harmless(cell)) == cell, "a text stays as it is");
            if (&cell != &cells.front()) record += ',';
            transfer::append_cell(record, cell);
        }
        record += "\r\n";
        std::istringstream written(record);
        transfer::CsvReader again(written, record.size());
        const bool is_mark = record.starts_with("\xef\xbb\xbf");
        const Result<bool> is_there = again.next();
        require(is_there && *is_there, "what is written can be read");
        require(is_mark || again.cells() == cells, "and is the same");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = fuzz::text_of(data, size);
    const bool is_csv = fuzz::take_line(rest) == "csv";
    const std::string file(rest);
    read_rows(is_csv ? transfer::MenuFormat::csv : transfer::MenuFormat::json, file);
    if (is_csv) read_cells(file);
    return 0;
}
