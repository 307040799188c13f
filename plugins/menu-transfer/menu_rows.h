// A file with a menu, row by row, whatever its format.
//
// Thread-safety: belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "kitchen/json.h"
#include "kitchen/result.h"

namespace kitchen::transfer {

enum class MenuFormat : std::uint8_t { csv, json };

struct MenuRow {
    std::int64_t line = 0;
    std::string pointer;  ///< "/7"
    Json values;          ///< an object with members of a food
    /// Of single values, which are missing in `values`; pointers begin behind that of the row.
    std::vector<Fault> faults;
};

class MenuRows {
public:
    virtual ~MenuRows() = default;
    /// Reads the next row; false when there is none. Error: unprocessable, about line(); its faults
    /// are those of the whole file. Nothing more can be read then.
    virtual Result<bool> next(MenuRow& row) = 0;
    virtual std::int64_t line() const = 0;
};

/// `in` must live longer. `max_row` bytes are the longest row.
std::unique_ptr<MenuRows> menu_rows(MenuFormat format, std::istream& in, std::size_t max_row);

}  // namespace kitchen::transfer
