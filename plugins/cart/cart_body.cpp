#include "cart_body.h"

#include <bit>
#include <string>

#include "kitchen/bytes.h"

namespace kitchen::cart {

using http::BodyFields;
using http::Schema;

namespace {

constexpr std::int64_t max_request_quantity = 99;
constexpr std::int64_t max_instructions = 500;

struct FoodView {
    const Food& food;
    const Catalog& catalog;

    static Schema schema() {
        return Schema::object({{"id", Schema::integer().min(1)},
                               {"name", Schema::string()},
                               {"price", Schema::integer()},
                               {"currency", Schema::string()}})
            .open()
            .describe("A food, as GET /foods/{id}/ gives it.");
    }
    void write(JsonWriter& out) const { catalog.write(out, food); }
};

auto foods(std::vector<Food> CartLine::*member) {
    return [member](const LineView& view) {
        std::vector<FoodView> foods;
        for (const Food& food : view.line.*member) foods.push_back({food, view.catalog});
        return foods;
    };
}

struct Problem : Fault {
    static void describe(BodyFields<Problem>& field) {
        field.named("CartProblem");
        field("pointer", &Fault::pointer);
        field("code", &Fault::code).one_of({"deleted", "unavailable", "short", "side_not_allowed"});
        field("detail", &Fault::detail);
    }
};

void add_problems(std::vector<Problem>& problems, const CartLine& line, const std::string& prefix) {
    for (const Fault& fault : line.problems)
        problems.push_back({{prefix + fault.pointer, fault.code, fault.detail}});
}

std::vector<LineView> items(const CartContents& contents, const Catalog& catalog) {
    std::vector<LineView> items;
    for (const CartLine& line : contents.lines) items.push_back({line, catalog});
    return items;
}

template <class T>
auto of(T CartLine::*member) {
    return [member](const LineView& view) -> const T& { return view.line.*member; };
}
template <class T>
auto of(T CartContents::*member) {
    return [member](const CartBody& cart) -> const T& { return cart.contents.*member; };
}

Schema& ids(Schema& list) {
    list.items = std::make_shared<const Schema>(Schema::integer().min(1));
    return list.max(50).unique_items().fallback(Json::array());
}
Schema& instructions(Schema& text) { return text.max(max_instructions).or_null(); }

constexpr const char* problems_text = "What stops this from being ordered now.";

}  // namespace

void NewItem::describe(BodyFields<NewItem>& field) {
    field.named("NewCartItem");
    field("food_id", &NewItem::food_id).min(1);
    field.optional("quantity", &NewItem::quantity).min(1).max(max_request_quantity).fallback(1);
    instructions(field.optional("special_instructions", &NewItem::special_instructions))
        .describe("Part of what makes an item: with other words it is another one.");
    ids(field.optional("side_protein_ids", &NewItem::side_protein_ids))
        .describe("Foods to go with it as protein.");
    ids(field.optional("extra_side_ids", &NewItem::extra_side_ids))
        .describe("Foods to go with it as extra.");
    field.optional("side_protein_id", &NewItem::side_protein_id)
        .min(1)
        .or_null()
        .describe("One id, in place of side_protein_ids.");
    field.optional("extra_side_id", &NewItem::extra_side_id)
        .min(1)
        .or_null()
        .describe("One id, in place of extra_side_ids.");
}

void describe(BodyFields<LineChange>& field) {
    field.named("CartItemChange");
    field.optional("quantity", &LineChange::quantity).min(1).max(most_of_a_line);
    instructions(field.optional("special_instructions", &LineChange::special_instructions))
        .describe("null takes them away.");
}

void LineView::describe(BodyFields<LineView>& field) {
    field.named("CartItem");
    field("id", of(&CartLine::id)).min(1);
    field("food", [](const LineView& view) { return FoodView{view.line.food, view.catalog}; });
    field("side_proteins", foods(&CartLine::side_proteins));
    field("extra_sides", foods(&CartLine::extra_sides));
    field("quantity", of(&CartLine::quantity)).min(1);
    field("special_instructions", of(&CartLine::special_instructions)).or_null();
    field("unit_price", of(&CartLine::unit_price))
        .describe("The food and its sides together, in minor units.");
    field("line_total", of(&CartLine::line_total)).describe("unit_price × quantity.");
    field("problems", [](const LineView& view) {
        std::vector<Problem> problems;
        add_problems(problems, view.line, "");
        return problems;
    }).describe(problems_text);
}

void CartBody::describe(BodyFields<CartBody>& field) {
    field.named("Cart");
    field("version", of(&CartContents::version))
        .describe("Grows with every change; 0 for a cart never used.");
    field("currency", of(&CartContents::currency));
    field("items", [](const CartBody& cart) { return cart::items(cart.contents, cart.catalog); });
    field("subtotal", of(&CartContents::subtotal));
    field("problems", [](const CartBody& cart) {
        std::vector<Problem> problems;
        for (std::size_t i = 0; i < cart.contents.lines.size(); ++i)
            add_problems(problems, cart.contents.lines[i], "/items/" + std::to_string(i));
        return problems;
    }).describe(problems_text);
}

std::int64_t fingerprint(const CartContents& contents) {
    Fnv1a64 sum;
    const auto add_number = [&sum](std::int64_t number) {
        for (int shift = 0; shift < 64; shift += 8)
            sum.add(static_cast<unsigned char>(number >> shift));
    };
    const auto add_food = [&](const Food& food) {
        add_number(food.id);
        add_number(food.version);
        add_number(food.updated_at);
        add_number(food.available_quantity.value_or(-1));
        add_number(food.rating_count);
        add_number(std::bit_cast<std::int64_t>(food.rating_average));
        add_number(food.deleted);
        sum.add(food.currency);
    };
    for (const CartLine& line : contents.lines) {
        add_food(line.food);
        for (const Food& side : line.side_proteins) add_food(side);
        for (const Food& side : line.extra_sides) add_food(side);
    }
    return std::bit_cast<std::int64_t>(sum.sum());
}

}  // namespace kitchen::cart
