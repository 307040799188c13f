#include "kitchen/rows.h"

#include <stdexcept>

#include "kitchen/json.h"

namespace kitchen {

void Rows::throw_no_cell(std::size_t row, std::uint32_t column) const {
    std::string names;
    if (names_)
        for (const std::string& name : *names_) names += (names.empty() ? ": " : ", ") + name;
    throw std::logic_error("column " + std::to_string(column) + " of row " + std::to_string(row) +
                           " was read, but the statement gave " + std::to_string(size()) +
                           " rows of " + std::to_string(columns_) + " columns (counted from 0)" +
                           names);
}

void Rows::throw_other_type(std::uint32_t column, const char* wanted, Type found) const {
    constexpr const char* types[] = {"NULL", "an integer", "a real", "text or a blob"};
    const std::string name =
        names_ && column < names_->size() ? " ('" + (*names_)[column] + "')" : "";
    throw std::logic_error("column " + std::to_string(column) + name + " of a row was read as " +
                           wanted + ", but holds " + types[static_cast<std::size_t>(found)]);
}

Json Row::object() const {
    Json object = Json::object();
    for (std::uint32_t column = 0; column < rows_->columns(); ++column) {
        Json value;
        switch (rows_->cell(index_, column).type) {
            case Rows::Type::null: break;
            case Rows::Type::integer: value = integer(column); break;
            case Rows::Type::real: value = real(column); break;
            case Rows::Type::bytes: value = string(column); break;
        }
        object.set(rows_->names_->at(column), std::move(value));
    }
    return object;
}

}  // namespace kitchen
