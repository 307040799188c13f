#include "cart_service.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "cart_body.h"
#include "kitchen/text.h"
#include "line_rules.h"

namespace kitchen::cart {
namespace {

/// Minor units. A hundred lines of this are far from the end of int64.
constexpr std::int64_t max_line_total = 1'000'000'000'000'000;

/// Each body writes the row of the cart that it decides on; the menu is looked at again when the
/// order is placed (docs/adr/0020-isolation-on-postgresql.md).
constexpr Isolation decides_on_its_cart = Isolation::snapshot;

Result<std::size_t> index_of(const CartRows& cart, std::int64_t line_id) {
    for (std::size_t i = 0; i < cart.lines.size(); ++i)
        if (cart.lines[i].id == line_id) return i;
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

Fault too_much() { return {"/food", "unavailable", "So many of this cannot be ordered at once."}; }

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
        .between(99, most_of_a_line);
    field("max_lines", &CartLimits::max_lines, "Most different items in one cart").between(1, 1000);
}

CartService::CartService(Store& store, Catalog& catalog, const Clock& clock, CartLimits limits)
    : store_(store), catalog_(catalog), clock_(clock), limits_(limits), carts_(store) {}

Result<CartContents> CartService::contents(Transaction& tx, CartRows cart) const {
    std::vector<Sides> sides;
    sides.reserve(cart.lines.size());
    std::vector<std::int64_t> ids;
    for (const LineRow& row : cart.lines) {
        std::optional<Sides> parsed = parse_sides_key(row.sides_key);
        if (!parsed)
            return Error(Errc::corrupt, "cart_corrupt", "The cart could not be read.")
                .with_subject("cart_lines.sides_key");
        ids.push_back(row.food_id);
        ids.insert(ids.end(), parsed->proteins.begin(), parsed->proteins.end());
        ids.insert(ids.end(), parsed->extras.begin(), parsed->extras.end());
        sides.push_back(*std::move(parsed));
    }
    std::ranges::sort(ids);
    const bool each_once = std::ranges::adjacent_find(ids) == ids.end();

    std::vector<Food> menu;
    if (!ids.empty()) {
        Result<std::vector<Food>> foods = catalog_.foods(tx, ids);
        if (!foods) return std::move(foods).error();
        menu = *std::move(foods);
        std::ranges::sort(menu, {}, &Food::id);
    }
    CartContents contents;
    contents.version = cart.version;
    contents.currency = catalog_.currency();
    const auto food = [&](std::int64_t id) {
        const auto found = std::ranges::lower_bound(menu, id, {}, &Food::id);
        if (found != menu.end() && found->id == id) return each_once ? std::move(*found) : *found;
        Food unknown;
        unknown.id = id;
        unknown.currency = contents.currency;
        unknown.is_available = false;
        unknown.deleted = true;
        return unknown;
    };

    std::vector<bool> sane;
    contents.lines.reserve(cart.lines.size());
    for (std::size_t i = 0; i < cart.lines.size(); ++i) {
        LineRow& row = cart.lines[i];
        CartLine& line = contents.lines.emplace_back();
        line.id = row.id;
        line.food = food(row.food_id);
        for (std::int64_t id : sides[i].proteins) line.side_proteins.push_back(food(id));
        for (std::int64_t id : sides[i].extras) line.extra_sides.push_back(food(id));
        line.quantity = row.quantity;
        line.special_instructions = std::move(row.special_instructions);
        sane.push_back(price(line));
        contents.subtotal += line.line_total;
    }
    const Demand demand = demand_of(contents.lines);
    for (std::size_t i = 0; i < contents.lines.size(); ++i) {
        CartLine& line = contents.lines[i];
        line.problems = problems_of(line, demand);
        if (!sane[i]) line.problems.push_back(too_much());
    }
    return contents;
}

Result<CartContents> CartService::changed(Transaction& tx, std::int64_t user_id,
                                          const VersionCheck& check, const Change& change) {
    Result<CartRows> cart = carts_.lock(tx, user_id, clock_.now());
    if (!cart) return std::move(cart).error();
    if (Status known = check(cart->version - 1); !known) return std::move(known).error();
    if (Status done = change(tx, *cart); !done) return std::move(done).error();
    const std::int64_t before = cart->fingerprint;
    Result<CartContents> now = contents(tx, *std::move(cart));
    if (!now) return now;
    // It seldom differs: only the foods count for it.
    if (const std::int64_t shown = fingerprint(*now); shown != before)
        if (Status done = carts_.set_fingerprint(tx, user_id, shown); !done)
            return std::move(done).error();
    return now;
}

Result<CartContents> CartService::read(Transaction& tx, std::int64_t user_id) {
    Result<CartRows> cart = carts_.read(tx, user_id);
    if (!cart) return std::move(cart).error();
    return contents(tx, *std::move(cart));
}

Result<CartContents> CartService::alone(Transaction& tx, std::int64_t food_id) {
    LineRow row;
    row.food_id = food_id;
    row.sides_key = sides_key({});
    row.quantity = 1;
    Result<CartContents> cart = contents(tx, {0, 0, {row}});
    if (!cart) return cart;
    CartLine& line = cart->lines.front();
    if (line.food.deleted)
        return Error(Errc::not_found, "food_not_found", "There is no such food.");
    std::erase_if(line.problems,
                  [](const Fault& problem) { return problem.code == "side_not_allowed"; });
    return cart;
}

Result<CartContents> CartService::take(Transaction& tx, std::int64_t user_id) {
    Result<CartRows> cart = carts_.lock(tx, user_id, clock_.now());
    if (!cart) return std::move(cart).error();
    if (Status removed = carts_.remove_all(tx, user_id); !removed)
        return std::move(removed).error();
    return contents(tx, *std::move(cart));
}

Result<CartView> CartService::view(std::int64_t user_id) {
    return store_.read<CartView>([&](Transaction& tx) -> Result<CartView> {
        Result<CartRows> cart = carts_.read(tx, user_id);
        if (!cart) return std::move(cart).error();
        const std::int64_t before = cart->fingerprint;
        Result<CartContents> now = contents(tx, *std::move(cart));
        if (!now) return std::move(now).error();
        const std::int64_t shown = fingerprint(*now);
        const bool moved = !now->lines.empty() && shown != before;
        return CartView{*std::move(now), shown, moved};
    });
}

Result<CartService::Place> CartService::put(CartRows& cart, const NewLine& wanted) const {
    const std::string key = sides_key(wanted.sides);
    const std::string note = trimmed(wanted.special_instructions);
    const auto same = std::find_if(cart.lines.begin(), cart.lines.end(), [&](const LineRow& line) {
        return line.food_id == wanted.food_id && line.sides_key == key &&
               line.special_instructions == note;
    });
    const Place place{static_cast<std::size_t>(same - cart.lines.begin()),
                      same == cart.lines.end()};
    const std::int64_t quantity = wanted.quantity + (place.created ? 0 : same->quantity);
    if (Status fits = check_quantity(quantity); !fits) return std::move(fits).error();
    if (place.created && std::ssize(cart.lines) >= limits_.max_lines)
        return Error(Errc::conflict, "cart_full",
                     "A cart holds at most " + std::to_string(limits_.max_lines) +
                         " different items. Remove one first.");
    if (place.created)
        cart.lines.push_back({0, wanted.food_id, key, quantity, note});
    else
        same->quantity = quantity;
    return place;
}

Status CartService::check_quantity(std::int64_t quantity) const {
    if (quantity <= limits_.max_line_quantity) return {};
    return invalid_field("/quantity", "too_large",
                         "One item of a cart holds at most " +
                             std::to_string(limits_.max_line_quantity) +
                             " portions, and this would make " + std::to_string(quantity) + ".");
}

Status CartService::write(Transaction& tx, std::int64_t user_id, LineRow& line) const {
    if (line.id != 0) return carts_.change(tx, line, clock_.now());
    Result<std::int64_t> id = carts_.add(tx, user_id, line, clock_.now());
    if (!id) return std::move(id).error();
    line.id = *id;
    return {};
}

Result<Carts::Filled> CartService::fill(Transaction& tx, std::int64_t user_id,
                                        std::span<const CartWish> wishes) {
    Filled filled;
    Result<CartContents> now =
        changed(tx, user_id, any_version, [&](Transaction& t, CartRows& cart) -> Status {
            // The cart and every wish as a line of its own, looked up together: a wish is taken
            // when what has been taken before leaves enough for it.
            CartRows all = cart;
            for (const CartWish& wish : wishes)
                all.lines.push_back({0, wish.food_id,
                                     sides_key({wish.side_protein_ids, wish.extra_side_ids}),
                                     wish.quantity, wish.special_instructions});
            Result<CartContents> looked_up = contents(t, std::move(all));
            if (!looked_up) return std::move(looked_up).error();
            const auto first_wish = looked_up->lines.begin() + std::ssize(cart.lines);
            std::vector<CartLine> wanted(std::make_move_iterator(first_wish),
                                         std::make_move_iterator(looked_up->lines.end()));
            looked_up->lines.erase(first_wish, looked_up->lines.end());
            Demand demand = demand_of(looked_up->lines);
            std::set<std::size_t> touched;
            for (std::size_t i = 0; i < wishes.size(); ++i) {
                const CartWish& wish = wishes[i];
                CartLine& line = wanted[i];
                std::vector<Fault>& problems = filled.problems.emplace_back();
                const Result<Place> place = put(cart, {wish.food_id,
                                                       {wish.side_protein_ids, wish.extra_side_ids},
                                                       wish.quantity,
                                                       wish.special_instructions});
                if (!place) {
                    problems.push_back({"", place.error().code, place.error().detail});
                    continue;
                }
                add_demand(demand, line, wish.quantity);
                problems = problems_of(line, demand);
                line.quantity = cart.lines[place->index].quantity;
                line.unit_price = 0;
                if (!price(line)) problems.push_back(too_much());
                if (problems.empty()) {
                    touched.insert(place->index);
                    continue;
                }
                add_demand(demand, line, -wish.quantity);
                if (place->created)
                    cart.lines.pop_back();
                else
                    cart.lines[place->index].quantity -= wish.quantity;
            }
            for (const std::size_t index : touched)
                if (Status written = write(t, user_id, cart.lines[index]); !written) return written;
            return {};
        });
    if (!now) return std::move(now).error();
    filled.version = now->version;
    return filled;
}

Result<ChangedLine> CartService::add(std::int64_t user_id, const NewLine& wanted,
                                     const VersionCheck& check) {
    return store_.transact<ChangedLine>(
        [&](Transaction& tx) -> Result<ChangedLine> {
            Place place;
            Result<CartContents> now =
                changed(tx, user_id, check, [&](Transaction& t, CartRows& cart) -> Status {
                    Result<Place> found = put(cart, wanted);
                    if (!found) return std::move(found).error();
                    place = *found;
                    return write(t, user_id, cart.lines[place.index]);
                });
            if (!now) return std::move(now).error();
            CartLine& line = now->lines[place.index];
            if (!line.problems.empty()) {
                for (Fault& fault : line.problems)
                    fault.pointer = requested_at(fault, line, wanted.sides);
                return refusal(std::move(line.problems));
            }
            return ChangedLine{std::move(line), now->version, place.created};
        },
        decides_on_its_cart);
}

Result<ChangedLine> CartService::change(std::int64_t user_id, std::int64_t line_id,
                                        const LineChange& wanted, const VersionCheck& check) {
    return store_.transact<ChangedLine>(
        [&](Transaction& tx) -> Result<ChangedLine> {
            std::size_t index = 0;  // of the line
            bool more = false;
            Result<CartContents> now =
                changed(tx, user_id, check, [&](Transaction& t, CartRows& cart) -> Status {
                    Result<std::size_t> found = index_of(cart, line_id);
                    if (!found) return std::move(found).error();
                    index = *found;
                    LineRow& line = cart.lines[index];
                    more = wanted.quantity.value_or(0) > line.quantity;
                    line.quantity = wanted.quantity.value_or(line.quantity);
                    if (more)
                        if (Status fits = check_quantity(line.quantity); !fits) return fits;
                    if (wanted.special_instructions)
                        line.special_instructions = trimmed(*wanted.special_instructions);
                    return carts_.change(t, line, clock_.now());
                });
            if (!now) return std::move(now).error();
            CartLine& line = now->lines[index];
            if (more && !line.problems.empty()) {
                for (Fault& fault : line.problems) fault.pointer = "/quantity";
                return refusal(std::move(line.problems));
            }
            return ChangedLine{std::move(line), now->version, false};
        },
        decides_on_its_cart);
}

Result<std::int64_t> CartService::remove(std::int64_t user_id, std::int64_t line_id,
                                         const VersionCheck& check) {
    return store_.transact<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
        Result<CartContents> now =
            changed(tx, user_id, check, [&](Transaction& t, CartRows& cart) -> Status {
                Result<std::size_t> found = index_of(cart, line_id);
                if (!found) return std::move(found).error();
                cart.lines.erase(cart.lines.begin() + static_cast<std::ptrdiff_t>(*found));
                return carts_.remove(t, line_id);
            });
        if (!now) return std::move(now).error();
        return now->version;
    });
}

Result<std::int64_t> CartService::clear(std::int64_t user_id, const VersionCheck& check) {
    return store_.transact<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
        Result<CartContents> now =
            changed(tx, user_id, check, [&](Transaction& t, CartRows& cart) -> Status {
                cart.lines.clear();
                return carts_.remove_all(t, user_id);
            });
        if (!now) return std::move(now).error();
        return now->version;
    });
}

}  // namespace kitchen::cart
