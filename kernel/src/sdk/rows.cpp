#include "kitchen/rows.h"

#include <stdexcept>

namespace kitchen {

void Rows::throw_no_cell(std::size_t row, std::uint32_t column) const {
    throw std::logic_error("column " + std::to_string(column) + " of row " + std::to_string(row) +
                           " was read, but the statement gave " + std::to_string(size()) +
                           " rows of " + std::to_string(columns_) + " columns (counted from 0)");
}

void Rows::throw_other_type(std::uint32_t column, const char* wanted, Type found) {
    constexpr const char* names[] = {"NULL", "an integer", "a real", "text or a blob"};
    throw std::logic_error("column " + std::to_string(column) + " of a row was read as " + wanted +
                           ", but holds " + names[static_cast<std::size_t>(found)]);
}

}  // namespace kitchen
