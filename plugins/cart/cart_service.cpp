#include "cart_service.h"

#include <algorithm>
#include <span>
#include <unordered_map>

#include "cart_body.h"
#include "line_rules.h"

namespace kitchen::cart {
namespace {

/// Minor units. A hundred lines of this are far from the end of int64.
constexpr std::int64_t max_line_total = 1'000'000'000'000'000;

/// Each body writes the row of the cart that it decides on; the menu is looked at again when the
/// order is placed (docs/adr/0020-isolation-on-postgresql.md).
constexpr Isolation decides_on_its_cart = Isolation::snapshot;

Error no_such_line() {
    return Error(Errc::not_found, "cart_item_not_found", "There is no such item in your cart.");
}

/// Where a problem of a line stands in the request that adds it: sides are kept in ascending order,
/// and asked for in any.
std::string requested_at(const Fault& problem, const CartLine& line, const Sides& asked) {
    if (problem.pointer == "/food") return "/food_id";
    const auto side = [&](std::string_view stored, const std::string& field,
                          const std::vector<Food>& sides,
                          const std::vector<std::int64_t>& ids) -> std::optional<std::string> {
        if (!problem.pointer.starts_with(stored)) return std::nullopt;
        if (problem.pointer.size() == stored.size()) return field;
        const auto index =
            static_cast<std::size_t>(std::stoul(problem.pointer.substr(stored.size() + 1)));
        const auto found = std::find(ids.begin(), ids.end(), sides[index].id);
        return field + "/" + std::to_string(found - ids.begin());
    };
    if (auto at = side("/side_proteins", "/side_protein_ids", line.side_proteins, asked.proteins))
        return *at;
    if (auto at = side("/extra_sides", "/extra_side_ids", line.extra_sides, asked.extras))
        return *at;
    return problem.pointer;
}

Error refusal(std::vector<Fault> faults) {
    const std::string& code = faults.front().code;
    Error error(Errc::conflict,
                code == "deleted"       ? "food_not_found"
                : code == "unavailable" ? "food_unavailable"
                : code == "short"       ? "insufficient_stock"
                                        : "side_not_allowed",
                faults.front().detail);
    error.faults = std::move(faults);
    return error;
}

const CartLine* find_line(const CartContents& contents, std::int64_t line_id) {
    for (const CartLine& line : contents.lines)
        if (line.id == line_id) return &line;
    return nullptr;
}

/// Sets unit_price and line_total. False when the line costs more than an order can.
bool price(CartLine& line) {
    bool sane = true;
    const auto add = [&](std::int64_t amount) {
        if (__builtin_add_overflow(line.unit_price, amount, &line.unit_price) ||
            line.unit_price > max_line_total) {
            line.unit_price = max_line_total;
            sane = false;
        }
    };
    add(line.food.price);
    for (const Food& side : line.side_proteins) add(side.price);
    for (const Food& side : line.extra_sides) add(side.price);
    if (__builtin_mul_overflow(line.unit_price, line.quantity, &line.line_total) ||
        line.line_total > max_line_total) {
        line.line_total = max_line_total;
        sane = false;
    }
    return sane;
}

}  // namespace

void CartLimits::describe(Fields<CartLimits>& field) {
    field("max_line_quantity", &CartLimits::max_line_quantity,
          "Most portions of one item, added by any number of requests")
        .between(99, 100'000);
    field("max_lines", &CartLimits::max_lines, "Most different items in one cart").between(1, 1000);
}

CartService::CartService(Store& store, Catalog& catalog, const Clock& clock, CartLimits limits)
    : store_(store), catalog_(catalog), clock_(clock), limits_(limits), carts_(store) {}

Result<CartContents> CartService::contents(Transaction& tx, std::int64_t user_id,
                                           std::int64_t version) const {
    Result<std::vector<LineRow>> rows = carts_.lines(tx, user_id);
    if (!rows) return std::move(rows).error();
    return contents(tx, version, *std::move(rows));
}

Result<CartContents> CartService::contents(Transaction& tx, std::int64_t version,
                                           std::vector<LineRow> rows) const {
    std::vector<Sides> sides;
    std::vector<std::int64_t> ids;
    for (const LineRow& row : rows) {
        std::optional<Sides> parsed = parse_sides_key(row.sides_key);
        if (!parsed)
            return Error(Errc::corrupt, "cart_corrupt", "The cart could not be read.")
                .with_subject("cart_lines.sides_key");
        ids.push_back(row.food_id);
        ids.insert(ids.end(), parsed->proteins.begin(), parsed->proteins.end());
        ids.insert(ids.end(), parsed->extras.begin(), parsed->extras.end());
        sides.push_back(*std::move(parsed));
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());

    std::unordered_map<std::int64_t, Food> menu;
    if (!ids.empty()) {
        Result<std::vector<Food>> foods = catalog_.foods(tx, ids);
        if (!foods) return std::move(foods).error();
        for (Food& food : *foods) {
            const std::int64_t id = food.id;
            menu.emplace(id, std::move(food));
        }
    }
    const auto food = [&](std::int64_t id) {
        if (const auto found = menu.find(id); found != menu.end()) return found->second;
        Food unknown;
        unknown.id = id;
        unknown.currency = catalog_.currency();
        unknown.is_available = false;
        unknown.deleted = true;
        return unknown;
    };

    CartContents contents;
    contents.version = version;
    contents.currency = catalog_.currency();
    std::vector<bool> sane;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        LineRow& row = rows[i];
        CartLine line;
        line.id = row.id;
        line.food = food(row.food_id);
        for (std::int64_t id : sides[i].proteins) line.side_proteins.push_back(food(id));
        for (std::int64_t id : sides[i].extras) line.extra_sides.push_back(food(id));
        line.quantity = row.quantity;
        line.special_instructions = std::move(row.special_instructions);
        sane.push_back(price(line));
        contents.subtotal += line.line_total;
        contents.lines.push_back(std::move(line));
    }
    const Demand demand = demand_of(contents.lines);
    for (std::size_t i = 0; i < contents.lines.size(); ++i) {
        CartLine& line = contents.lines[i];
        line.problems = problems_of(line, demand);
        if (!sane[i])
            line.problems.push_back(
                {"/food", "unavailable", "So many of this cannot be ordered at once."});
    }
    return contents;
}

Result<CartContents> CartService::changed(Transaction& tx, std::int64_t user_id,
                                          const VersionCheck& check, const Change& change) {
    Result<std::int64_t> version = carts_.raise_version(tx, user_id, 0, clock_.now());
    if (!version) return std::move(version).error();
    if (Status known = check(*version - 1); !known) return std::move(known).error();
    if (Status done = change(tx); !done) return std::move(done).error();
    Result<CartContents> now = contents(tx, user_id, *version);
    if (!now) return now;
    if (Status done = carts_.set_fingerprint(tx, user_id, fingerprint(*now)); !done)
        return std::move(done).error();
    return now;
}

Result<CartContents> CartService::read(Transaction& tx, std::int64_t user_id) {
    Result<CartRow> row = carts_.cart(tx, user_id);
    if (!row) return std::move(row).error();
    return contents(tx, user_id, row->version);
}

Result<CartContents> CartService::alone(Transaction& tx, std::int64_t food_id) {
    LineRow row;
    row.food_id = food_id;
    row.sides_key = sides_key({});
    row.quantity = 1;
    Result<CartContents> cart = contents(tx, 0, {row});
    if (!cart) return cart;
    CartLine& line = cart->lines.front();
    if (line.food.deleted)
        return Error(Errc::not_found, "food_not_found", "There is no such food.");
    std::erase_if(line.problems,
                  [](const Fault& problem) { return problem.code == "side_not_allowed"; });
    return cart;
}

Result<CartContents> CartService::take(Transaction& tx, std::int64_t user_id) {
    Result<std::int64_t> version = carts_.raise_version(tx, user_id, fingerprint({}), clock_.now());
    if (!version) return std::move(version).error();
    Result<std::vector<LineRow>> lines = carts_.take_lines(tx, user_id);
    if (!lines) return std::move(lines).error();
    return contents(tx, *version, *std::move(lines));
}

Result<CartView> CartService::view(std::int64_t user_id) {
    return store_.read<CartView>([&](Transaction& tx) -> Result<CartView> {
        Result<CartRow> row = carts_.cart(tx, user_id);
        if (!row) return std::move(row).error();
        Result<CartContents> now = contents(tx, user_id, row->version);
        if (!now) return std::move(now).error();
        const std::int64_t shown = fingerprint(*now);
        return CartView{*std::move(now), shown, row->version != 0 && shown != row->fingerprint};
    });
}

Result<ChangedLine> CartService::add(std::int64_t user_id, const NewLine& wanted,
                                     const VersionCheck& check) {
    const std::string key = sides_key(wanted.sides);
    return store_.transact<ChangedLine>(
        [&](Transaction& tx) -> Result<ChangedLine> {
            CartRepository::Added added;
            Result<CartContents> now = changed(tx, user_id, check, [&](Transaction& t) -> Status {
                Result<CartRepository::Added> row =
                    carts_.add(t, user_id, wanted.food_id, key, wanted.quantity,
                               wanted.special_instructions, clock_.now());
                if (!row) return std::move(row).error();
                added = *row;
                return {};
            });
            if (!now) return std::move(now).error();
            const CartLine* line = find_line(*now, added.id);
            if (added.quantity > limits_.max_line_quantity)
                return invalid_field("/quantity", "too_large",
                                     "One item of a cart holds at most " +
                                         std::to_string(limits_.max_line_quantity) +
                                         " portions, and this would make " +
                                         std::to_string(added.quantity) + ".");
            if (static_cast<std::int64_t>(now->lines.size()) > limits_.max_lines)
                return Error(Errc::conflict, "cart_full",
                             "A cart holds at most " + std::to_string(limits_.max_lines) +
                                 " different items. Remove one first.");
            if (!line->problems.empty()) {
                std::vector<Fault> faults = line->problems;
                for (Fault& fault : faults)
                    fault.pointer = requested_at(fault, *line, wanted.sides);
                return refusal(std::move(faults));
            }
            return ChangedLine{*line, now->version, added.quantity == wanted.quantity};
        },
        decides_on_its_cart);
}

Result<ChangedLine> CartService::change(std::int64_t user_id, std::int64_t line_id,
                                        const LineChange& wanted, const VersionCheck& check) {
    return store_.transact<ChangedLine>(
        [&](Transaction& tx) -> Result<ChangedLine> {
            bool more = false;
            Result<CartContents> now = changed(tx, user_id, check, [&](Transaction& t) -> Status {
                Result<std::optional<LineRow>> before = carts_.line(t, user_id, line_id);
                if (!before) return std::move(before).error();
                if (!*before) return no_such_line();
                more = wanted.quantity && *wanted.quantity > (*before)->quantity;
                return carts_.change(t, user_id, line_id, wanted.quantity,
                                     wanted.special_instructions, clock_.now());
            });
            if (!now) return std::move(now).error();
            const CartLine* line = find_line(*now, line_id);
            if (more && !line->problems.empty()) {
                std::vector<Fault> faults = line->problems;
                for (Fault& fault : faults) fault.pointer = "/quantity";
                return refusal(std::move(faults));
            }
            return ChangedLine{*line, now->version, false};
        },
        decides_on_its_cart);
}

Result<std::int64_t> CartService::remove(std::int64_t user_id, std::int64_t line_id,
                                         const VersionCheck& check) {
    return store_.transact<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
        Result<CartContents> now = changed(tx, user_id, check, [&](Transaction& t) -> Status {
            Result<bool> removed = carts_.remove(t, user_id, line_id);
            if (!removed) return std::move(removed).error();
            return *removed ? Status() : Status(no_such_line());
        });
        if (!now) return std::move(now).error();
        return now->version;
    });
}

Result<std::int64_t> CartService::clear(std::int64_t user_id, const VersionCheck& check) {
    return store_.transact<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
        Result<std::int64_t> version =
            carts_.raise_version(tx, user_id, fingerprint({}), clock_.now());
        if (!version) return version;
        if (Status known = check(*version - 1); !known) return std::move(known).error();
        if (Result<std::vector<LineRow>> lines = carts_.take_lines(tx, user_id); !lines)
            return std::move(lines).error();
        return version;
    });
}

}  // namespace kitchen::cart
