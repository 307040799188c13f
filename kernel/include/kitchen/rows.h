// The result of one statement: one block of cells and one arena of bytes, typed access inline.
//
//     for (Row row : rows) use(row.integer(0), row.text(1));
//
// Thread-safety: a plain value. Views into it (text, blob, Row) live as long as it does and is not
// filled again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/result.h"

namespace kitchen {

class Json;
class Rows;

/// One row. Column numbers count from 0. A row or column that is not there, and a cell of another
/// type, throw std::logic_error with the column and what is there: the statement and its reader do
/// not fit.
class Row {
public:
    bool is_null(std::uint32_t column) const;
    std::int64_t integer(std::uint32_t column) const;  ///< 0 for NULL
    bool boolean(std::uint32_t column) const { return integer(column) != 0; }
    double real(std::uint32_t column) const;  ///< an integer cell is converted; 0 for NULL
    std::string_view text(std::uint32_t column) const;  ///< also blobs; empty for NULL
    std::string string(std::uint32_t column) const { return std::string(text(column)); }
    std::optional<std::int64_t> maybe_integer(std::uint32_t column) const {
        if (is_null(column)) return std::nullopt;
        return integer(column);
    }
    std::optional<std::string> maybe_string(std::uint32_t column) const {
        if (is_null(column)) return std::nullopt;
        return string(column);
    }
    /// All columns by their names.
    Json object() const;

private:
    friend class Rows;
    Row(const Rows& rows, std::size_t index) noexcept : rows_(&rows), index_(index) {}
    const Rows* rows_;
    std::size_t index_;
};

class Rows {
public:
    using Names = std::vector<std::string>;

    std::size_t size() const noexcept { return columns_ == 0 ? 0 : cells_.size() / columns_; }
    bool empty() const noexcept { return cells_.empty(); }
    std::uint32_t columns() const noexcept { return columns_; }
    /// Rows inserted, updated or deleted by the statement.
    std::int64_t changed() const noexcept { return changed_; }
    Row operator[](std::size_t index) const noexcept { return Row(*this, index); }
    Row front() const noexcept { return (*this)[0]; }

    class Iterator {
    public:
        Iterator(const Rows& rows, std::size_t index) noexcept : rows_(&rows), index_(index) {}
        Row operator*() const noexcept { return (*rows_)[index_]; }
        Iterator& operator++() noexcept {
            ++index_;
            return *this;
        }
        bool operator==(const Iterator& other) const noexcept { return index_ == other.index_; }

    private:
        const Rows* rows_;
        std::size_t index_;
    };
    Iterator begin() const noexcept { return {*this, 0}; }
    Iterator end() const noexcept { return {*this, size()}; }

    // For stores: reset(columns), then one add_…() a cell, row by row. `names`, of the columns, are
    // for what is thrown; a store keeps them with its prepared statement.
    void reset(std::uint32_t columns, std::shared_ptr<const Names> names = nullptr) {
        cells_.clear();
        cells_.reserve(std::size_t{4} * columns);
        arena_.clear();
        names_ = std::move(names);
        columns_ = columns;
        changed_ = 0;
    }
    void add_null() { cells_.push_back({}); }
    void add_integer(std::int64_t v) {
        Cell cell;
        cell.type = Type::integer;
        cell.integer = v;
        cells_.push_back(cell);
    }
    void add_real(double v) {
        Cell cell;
        cell.type = Type::real;
        cell.real = v;
        cells_.push_back(cell);
    }
    void add_bytes(std::string_view v) {
        if (arena_.empty()) arena_.reserve(256);
        Cell cell;
        cell.type = Type::bytes;
        cell.bytes = {static_cast<std::uint32_t>(arena_.size()),
                      static_cast<std::uint32_t>(v.size())};
        arena_.append(v);
        cells_.push_back(cell);
    }
    void set_changed(std::int64_t rows) noexcept { changed_ = rows; }

private:
    friend class Row;
    enum class Type : std::uint8_t { null, integer, real, bytes };
    struct Slice {
        std::uint32_t offset, length;
    };
    struct Cell {
        Type type = Type::null;
        union {
            std::int64_t integer = 0;
            double real;
            Slice bytes;
        };
    };

    const Cell& cell(std::size_t row, std::uint32_t column) const {
        const std::size_t at = row * columns_ + column;
        if (column >= columns_ || at >= cells_.size()) [[unlikely]]
            throw_no_cell(row, column);
        return cells_[at];
    }
    [[noreturn]] void throw_no_cell(std::size_t row, std::uint32_t column) const;
    [[noreturn]] void throw_other_type(std::uint32_t column, const char* wanted, Type found) const;

    std::vector<Cell> cells_;
    std::string arena_;
    std::shared_ptr<const Names> names_;
    std::uint32_t columns_ = 0;
    std::int64_t changed_ = 0;
};

namespace detail {
template <class T>
Result<std::optional<T>> as_optional(T value) {
    return std::optional<T>(std::move(value));
}
template <class T>
Result<std::optional<T>> as_optional(Result<T> value) {
    if (!value) return std::move(value).error();
    return std::optional<T>(*std::move(value));
}
}  // namespace detail

/// The first row as `read` makes a value (or a Result of one) of it; nothing when there is no row.
template <class Read>
auto first_row(const Result<Rows>& rows, Read read)
    -> decltype(detail::as_optional(read(rows->front()))) {
    if (!rows) return rows.error();
    if (rows->empty()) return {std::nullopt};
    return detail::as_optional(read(rows->front()));
}
/// Whether there is a row.
inline Result<bool> any_row(const Result<Rows>& rows) {
    if (!rows) return rows.error();
    return !rows->empty();
}

inline bool Row::is_null(std::uint32_t column) const {
    return rows_->cell(index_, column).type == Rows::Type::null;
}
inline std::int64_t Row::integer(std::uint32_t column) const {
    const auto& cell = rows_->cell(index_, column);
    if (cell.type == Rows::Type::integer) return cell.integer;
    if (cell.type == Rows::Type::null) return 0;
    rows_->throw_other_type(column, "an integer", cell.type);
}
inline double Row::real(std::uint32_t column) const {
    const auto& cell = rows_->cell(index_, column);
    if (cell.type == Rows::Type::integer) return static_cast<double>(cell.integer);
    if (cell.type == Rows::Type::real) return cell.real;
    if (cell.type == Rows::Type::null) return 0;
    rows_->throw_other_type(column, "a real", cell.type);
}
inline std::string_view Row::text(std::uint32_t column) const {
    const auto& cell = rows_->cell(index_, column);
    if (cell.type == Rows::Type::null) return {};
    if (cell.type != Rows::Type::bytes) rows_->throw_other_type(column, "text", cell.type);
    return std::string_view(rows_->arena_).substr(cell.bytes.offset, cell.bytes.length);
}

}  // namespace kitchen
