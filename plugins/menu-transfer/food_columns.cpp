#include "food_columns.h"

#include <algorithm>
#include <cmath>

#include "csv/csv_text.h"
#include "kitchen/text.h"
#include "kitchen/time.h"
#include "kitchen/utf8.h"

namespace kitchen::transfer {
namespace {

using Kind = FoodColumn::Kind;

Error wrong(std::string code, std::string detail) {
    return Error(Errc::unprocessable, std::move(code), std::move(detail));
}

void append_side_rule(JsonWriter& out, const char* kind, const SideRule& rule) {
    out.key(kind).begin_object().member("min", rule.min).member("max", rule.max).key("allowed");
    if (rule.allowed) {
        out.begin_array();
        for (const std::int64_t id : *rule.allowed) out.value(id);
        out.end_array();
    } else {
        out.null();
    }
    out.end_object();
}

void append_side_rules(std::string& cell, const Food& food) {
    JsonWriter out(cell);
    out.begin_object();
    append_side_rule(out, "side_protein", food.side_protein);
    append_side_rule(out, "extra_side", food.extra_side);
    out.end_object();
}

void append_tags(std::string& cell, const Food& food) {
    const bool needs_json =
        std::any_of(food.tags.begin(), food.tags.end(),
                    [](const auto& tag) { return tag.find(';') != std::string::npos; }) ||
        (!food.tags.empty() && food.tags.front().starts_with('['));
    if (needs_json) {
        JsonWriter out(cell);
        out.begin_array();
        for (const std::string& tag : food.tags) out.value(tag);
        out.end_array();
        return;
    }
    std::string text;
    for (const std::string& tag : food.tags) {
        if (!text.empty()) text += ';';
        text += tag;
    }
    cell += harmless(text);
}

Json tags_of(std::string_view cell) {
    Json::Array tags;
    while (!without_blanks(cell).empty()) {
        const std::size_t end = std::min(cell.find(';'), cell.size());
        tags.emplace_back(without_blanks(cell.substr(0, end)));
        cell.remove_prefix(std::min(end + 1, cell.size()));
    }
    return tags;
}

Result<std::optional<Json>> json_of(std::string_view cell) {
    JsonError why;
    std::optional<Json> json = parse_json(cell, &why);
    if (!json) return wrong("format", "This is not JSON: " + why.detail);
    return json;
}

void append_text(std::string& cell, std::string_view text) { cell += harmless(text); }
void append_number(std::string& cell, std::int64_t number) { cell += std::to_string(number); }

void append_rating(std::string& cell, const Food& food) {
    if (food.rating_count == 0) return;
    const std::int64_t hundredths = std::llround(food.rating_average * 100);
    const std::string rest = std::to_string(hundredths % 100);
    cell += std::to_string(hundredths / 100) + '.' + (rest.size() < 2 ? "0" : "") + rest;
}

}  // namespace

const std::vector<FoodColumn>& food_columns() {
    using Cell = std::string&;
    static const std::vector<FoodColumn> columns = {
        {"id", Kind::integer, [](Cell cell, const Food& f) { append_number(cell, f.id); }},
        {"name", Kind::text, [](Cell cell, const Food& f) { append_text(cell, f.name); }},
        {"description", Kind::text,
         [](Cell cell, const Food& f) { append_text(cell, f.description); }},
        {"price", Kind::integer, [](Cell cell, const Food& f) { append_number(cell, f.price); }},
        {"currency", Kind::text, [](Cell cell, const Food& f) { append_text(cell, f.currency); }},
        {"image_url", Kind::text_or_null,
         [](Cell cell, const Food& f) { append_text(cell, f.image_url.value_or("")); }},
        {"category", Kind::text, [](Cell cell, const Food& f) { append_text(cell, f.category); }},
        {"available_quantity", Kind::integer_or_null,
         [](Cell cell, const Food& f) {
             if (f.available_quantity) append_number(cell, *f.available_quantity);
         }},
        {"is_available", Kind::boolean,
         [](Cell cell, const Food& f) { cell += f.is_available ? "true" : "false"; }},
        {"tags", Kind::tags, append_tags},
        {"side_rules", Kind::side_rules, append_side_rules},
        {"rating_average", Kind::shown, append_rating},
        {"rating_count", Kind::shown,
         [](Cell cell, const Food& f) { append_number(cell, f.rating_count); }},
        {"version", Kind::integer,
         [](Cell cell, const Food& f) { append_number(cell, f.version); }},
        {"stock_moves", Kind::integer_or_null,
         [](Cell cell, const Food& f) {
             if (f.stock_moves > 0) append_number(cell, f.stock_moves);
         }},
        {"created_at", Kind::shown,
         [](Cell cell, const Food& f) { cell += format_rfc3339(from_millis(f.created_at)); }},
        {"updated_at", Kind::shown,
         [](Cell cell, const Food& f) { cell += format_rfc3339(from_millis(f.updated_at)); }},
    };
    return columns;
}

const FoodColumn* find_column(std::string_view name) {
    for (const FoodColumn& column : food_columns())
        if (column.name == name) return &column;
    return nullptr;
}

bool is_shown_only(std::string_view member) {
    const FoodColumn* column = find_column(member);
    return member == "rating" || (column && column->kind == Kind::shown);
}

std::string unknown_column(std::string_view name) {
    std::string shown;
    for (std::size_t i = 0; i < name.size() && shown.size() < 60;) {
        const std::size_t length = utf8::sequence_length(name, i);
        shown += length == 0 ? "?" : name.substr(i, length);
        i += std::max<std::size_t>(length, 1);
    }
    std::string detail = "There is no column '" + shown + "'";
    if (name.find_first_of(";\t") != name.npos)
        return detail + ": columns are separated by commas, and nothing else.";
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const FoodColumn& column : food_columns()) all.emplace_back(column.name);
        return all;
    }();
    std::string meant = ascii_lower(name.substr(0, 60));
    std::replace_if(
        meant.begin(), meant.end(), [](char c) { return c == ' ' || c == '-'; }, '_');
    if (const std::string nearest = suggestion(meant, names); !nearest.empty())
        return detail + nearest;
    detail += ". There are";
    for (const std::string& known : names) detail.append(" ").append(known).append(",");
    detail.back() = '.';
    return detail;
}

Result<std::optional<Json>> read_cell(const FoodColumn& column, std::string_view cell) {
    using Value = std::optional<Json>;
    if (!utf8::is_valid(cell))
        return wrong("encoding", "This is not UTF-8. Save the file as CSV UTF-8.");
    const std::string_view bare = without_blanks(cell);
    switch (column.kind) {
        case Kind::text_or_null:
            if (bare.empty()) return Value(Json());
            [[fallthrough]];
        case Kind::text: return Value(Json(as_meant(cell)));
        case Kind::integer_or_null:
            if (bare.empty()) return Value(Json());
            [[fallthrough]];
        case Kind::integer:
            if (bare.empty()) return Value();
            if (const auto number = parse_number(bare)) return Value(Json(*number));
            return wrong("type", column.name == "price"
                                     ? "Must be a whole number of minor units, such as 250000."
                                     : "Must be a whole number.");
        case Kind::boolean: {
            const std::string word = ascii_lower(bare);
            if (word.empty() || word == "true") return Value(Json(true));
            if (word == "false") return Value(Json(false));
            return wrong("type", "Must be true or false.");
        }
        case Kind::tags:
            if (bare.starts_with('[')) return json_of(bare);
            return Value(tags_of(as_meant(cell)));
        case Kind::side_rules:
            if (!bare.empty()) return json_of(bare);
            return Value(
                Json::object({{"side_protein", Json::object()}, {"extra_side", Json::object()}}));
        case Kind::shown: return Value();
    }
    return Value();
}

void append_header(std::string& out) {
    for (const FoodColumn& column : food_columns()) {
        if (&column != &food_columns().front()) out += ',';
        out += column.name;
    }
    out += "\r\n";
}

void append_food(std::string& out, const Food& food) {
    std::string cell;
    for (const FoodColumn& column : food_columns()) {
        if (&column != &food_columns().front()) out += ',';
        cell.clear();
        column.append(cell, food);
        append_cell(out, cell);
    }
    out += "\r\n";
}

}  // namespace kitchen::transfer
