#include "cart_json.h"

#include <bit>

#include "kitchen/bytes.h"

namespace kitchen::cart {
namespace {

void write_problems(JsonWriter& out, const std::vector<Fault>& problems,
                    const std::string& prefix) {
    for (const Fault& problem : problems) {
        out.begin_object();
        out.member("pointer", prefix + problem.pointer)
            .member("code", problem.code)
            .member("detail", problem.detail);
        out.end_object();
    }
}

void write_foods(JsonWriter& out, const std::vector<Food>& foods, const Catalog& catalog) {
    out.begin_array();
    for (const Food& food : foods) catalog.write(out, food);
    out.end_array();
}

void write_line(JsonWriter& out, const CartLine& line, const Catalog& catalog) {
    out.begin_object();
    out.member("id", line.id);
    out.key("food");
    catalog.write(out, line.food);
    out.key("side_proteins");
    write_foods(out, line.side_proteins, catalog);
    out.key("extra_sides");
    write_foods(out, line.extra_sides, catalog);
    out.member("quantity", line.quantity);
    out.key("special_instructions");
    if (line.special_instructions.empty())
        out.null();
    else
        out.value(line.special_instructions);
    out.member("unit_price", line.unit_price).member("line_total", line.line_total);
    out.key("problems").begin_array();
    write_problems(out, line.problems, "");
    out.end_array();
    out.end_object();
}

void write_items(JsonWriter& out, const CartContents& contents, const Catalog& catalog) {
    out.begin_array();
    for (const CartLine& line : contents.lines) write_line(out, line, catalog);
    out.end_array();
}

}  // namespace

std::string line_json(const CartLine& line, const Catalog& catalog) {
    std::string text;
    JsonWriter out(text);
    write_line(out, line, catalog);
    return text;
}

std::string cart_json(const CartContents& contents, const Catalog& catalog) {
    std::string text;
    JsonWriter out(text);
    out.begin_object();
    out.member("version", contents.version).member("currency", contents.currency);
    out.key("items");
    write_items(out, contents, catalog);
    out.member("subtotal", contents.subtotal);
    out.key("problems").begin_array();
    for (std::size_t i = 0; i < contents.lines.size(); ++i)
        write_problems(out, contents.lines[i].problems, "/items/" + std::to_string(i));
    out.end_array();
    out.end_object();
    return text;
}

std::int64_t fingerprint(const CartContents& contents, const Catalog& catalog) {
    std::string text;
    JsonWriter out(text);
    write_items(out, contents, catalog);
    return std::bit_cast<std::int64_t>(fnv1a64(text));
}

}  // namespace kitchen::cart
