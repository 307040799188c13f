#include "menu_rows.h"

#include <algorithm>

#include "csv/csv_reader.h"
#include "food_columns.h"
#include "json_items.h"
#include "kitchen/text.h"

namespace kitchen::transfer {
namespace {

class CsvRows final : public MenuRows {
public:
    CsvRows(std::istream& in, std::size_t max_row) : csv_(in, max_row) {}

    std::int64_t line() const override { return csv_.line(); }

    Result<bool> next(MenuRow& row) override {
        if (columns_.empty())
            if (Status read = read_header(); !read) return std::move(read).error();
        do {
            const Result<bool> found = csv_.next();
            if (!found || !*found) return found;
        } while (is_blank());
        row.line = csv_.line();
        row.pointer = '/' + std::to_string(count_++);
        row.values = Json::object();
        row.faults.clear();
        const std::vector<std::string>& cells = csv_.cells();
        if (cells.size() != columns_.size()) {
            row.faults.push_back({"", "cells",
                                  "Has " + std::to_string(cells.size()) +
                                      " cells, and the header " + std::to_string(columns_.size()) +
                                      "."});
            return true;
        }
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string name(columns_[i]->name);
            Result<std::optional<Json>> value = read_cell(*columns_[i], cells[i]);
            if (!value)
                row.faults.push_back({'/' + name, value.error().code, value.error().detail});
            else if (*value)
                row.values.set(name, **std::move(value));
        }
        return true;
    }

private:
    bool is_blank() const {
        return std::all_of(csv_.cells().begin(), csv_.cells().end(),
                           [](const auto& cell) { return without_blanks(cell).empty(); });
    }

    Status read_header() {
        const Result<bool> found = csv_.next();
        if (!found) return found.error();
        Error error(Errc::unprocessable, "header_invalid", "The header is not valid.");
        if (!*found || is_blank())
            error.faults.push_back(
                {"/header", "required", "The names of the columns are missing."});
        else
            for (const std::string& cell : csv_.cells()) {
                const std::string name(without_blanks(cell));
                const FoodColumn* column = find_column(name);
                if (!column)
                    error.faults.push_back({"/header", "unknown_column", unknown_column(name)});
                else if (std::find(columns_.begin(), columns_.end(), column) != columns_.end())
                    error.faults.push_back(
                        {"/header", "not_unique", "The column '" + name + "' is there twice."});
                columns_.push_back(column);
            }
        if (error.faults.empty()) return {};
        return error;
    }

    CsvReader csv_;
    std::vector<const FoodColumn*> columns_;
    std::int64_t count_ = 0;
};

class JsonRows final : public MenuRows {
public:
    JsonRows(std::istream& in, std::size_t max_row) : items_(in, max_row) {}

    std::int64_t line() const override { return items_.line(); }

    Result<bool> next(MenuRow& row) override {
        Json item;
        const Result<bool> found = items_.next(item);
        if (!found || !*found) return found;
        row.line = items_.line();
        row.pointer = (items_.in_result() ? "/result/" : "/") + std::to_string(count_++);
        row.values = Json::object();
        row.faults.clear();
        if (!item.is_object()) {
            row.faults.push_back({"", "type", "Must be an object."});
            return true;
        }
        for (auto& [name, value] : item.as_object()) {
            if (is_shown_only(name)) continue;
            if (find_column(name))
                row.values.set(name, std::move(value));
            else
                row.faults.push_back({"", "unknown_field", unknown_column(name)});
        }
        return true;
    }

private:
    JsonItems items_;
    std::int64_t count_ = 0;
};

}  // namespace

std::unique_ptr<MenuRows> menu_rows(MenuFormat format, std::istream& in, std::size_t max_row) {
    if (format == MenuFormat::csv) return std::make_unique<CsvRows>(in, max_row);
    return std::make_unique<JsonRows>(in, max_row);
}

}  // namespace kitchen::transfer
