#include "food_service.h"

#include <algorithm>

#include "case_fold.h"
#include "food_body.h"
#include "food_rules.h"
#include "kitchen/text.h"
#include "kitchen/time.h"

namespace kitchen::catalog {
namespace {

Error not_found(std::int64_t id) {
    return Error(Errc::not_found, "food_not_found",
                 "There is no food " + std::to_string(id) + " on the menu.");
}

StockEntry entry(const Food& food, std::int64_t delta, std::string_view reason,
                 std::optional<std::int64_t> by_user) {
    StockEntry line;
    line.food_id = food.id;
    line.delta = delta;
    line.quantity_after = food.available_quantity;
    line.reason = reason;
    line.by_user = by_user;
    line.at = food.updated_at;
    return line;
}

}  // namespace

FoodService::FoodService(Store& store, const Clock& clock, const FoodRepository& foods,
                         const StockRepository& stock, const MenuChanges& changes)
    : store_(store), clock_(clock), foods_(foods), stock_(stock), changes_(changes) {}

Result<FoodRows> FoodService::list(const FoodQuery& query, std::int64_t limit,
                                   std::int64_t offset) const {
    if (Status valid = catalog::check(query); !valid) return std::move(valid).error();
    return store_.read<FoodRows>(
        [&](Transaction& tx) { return foods_.list(tx, query, limit, offset); }, Staleness::bounded);
}

Result<Rows> FoodService::read(std::int64_t id) const {
    Result<Rows> rows = store_.read<Rows>([&](Transaction& tx) { return foods_.living(tx, id); });
    if (rows && rows->empty()) return not_found(id);
    return rows;
}

Result<Rows> FoodService::categories() const {
    return store_.read<Rows>([&](Transaction& tx) { return foods_.categories(tx); },
                             Staleness::bounded);
}

Result<Food> FoodService::create(const FoodDraft& draft, std::optional<std::int64_t> by_user) {
    return store_.transact<Food>([&](Transaction& tx) -> Result<Food> {
        std::vector<FoodChanged> changes;
        Result<Food> food = create(tx, draft, by_user, changes);
        if (!food) return food;
        if (Status told = changes_.tell(tx, changes); !told) return std::move(told).error();
        return food;
    });
}

Result<Food> FoodService::create(Transaction& tx, FoodDraft draft,
                                 std::optional<std::int64_t> by_user,
                                 std::vector<FoodChanged>& changes) const {
    if (Status valid = check(tx, draft, {}); !valid) return std::move(valid).error();
    Result<Food> food = foods_.insert(tx, draft, now());
    if (!food) return food;
    changes.push_back(creation_of(*food));
    if (!food->available_quantity) return food;
    const StockEntry line = entry(*food, *food->available_quantity, "Put on the menu", by_user);
    if (Status written = stock_.record(tx, line); !written) return std::move(written).error();
    return food;
}

Result<Food> FoodService::change(std::int64_t id, const Edit& edit, const VersionCheck& check,
                                 std::optional<std::int64_t> by_user,
                                 const CountCheck& count_check) {
    return store_.transact<Food>([&](Transaction& tx) -> Result<Food> {
        std::vector<FoodChanged> changes;
        Result<Food> food = this->edit(tx, id, edit, check, by_user, count_check, changes);
        if (!food) return food;
        if (Status told = changes_.tell(tx, changes); !told) return std::move(told).error();
        return food;
    });
}

Result<Food> FoodService::edit(Transaction& tx, std::int64_t id, const Edit& change,
                               const VersionCheck& check, std::optional<std::int64_t> by_user) {
    std::vector<FoodChanged> changes;
    Result<Food> food = edit(tx, id, change, check, by_user, any_count, changes);
    if (!food) return food;
    if (Status told = changes_.tell(tx, changes); !told) return std::move(told).error();
    return food;
}

Result<Food> FoodService::edit(Transaction& tx, std::int64_t id, const Edit& change,
                               const VersionCheck& check, std::optional<std::int64_t> by_user,
                               const CountCheck& count_check,
                               std::vector<FoodChanged>& changes) const {
    Result<Food> food = lock(tx, id, check);
    if (!food) return food;
    const FoodDraft before = *food;
    FoodDraft draft = before;
    change(draft);
    if (Status valid = normalise(draft, before); !valid) return std::move(valid).error();
    if (draft == before) return food;
    const bool moves_count = draft.available_quantity != before.available_quantity;
    if (moves_count)
        if (Status known = count_check(*food); !known) return std::move(known).error();
    if (Status known = check_sides(tx, draft, before); !known) return std::move(known).error();
    static_cast<FoodDraft&>(*food) = draft;
    food->version += 1;
    food->stock_moves = 0;
    food->updated_at = now();
    if (Status written = foods_.update(tx, before, *food); !written)
        return std::move(written).error();
    if (moves_count) {
        const std::int64_t delta =
            draft.available_quantity.value_or(0) - before.available_quantity.value_or(0);
        const char* reason = draft.available_quantity ? "Count set" : "No longer counted";
        if (Status written = stock_.record(tx, entry(*food, delta, reason, by_user)); !written)
            return std::move(written).error();
    }
    for (FoodChanged& made : changes_.of(before, *food)) changes.push_back(std::move(made));
    return food;
}

Status FoodService::write(Transaction& tx, const std::function<std::optional<FoodEdit>()>& next,
                          std::optional<std::int64_t> by_user) {
    std::vector<FoodChanged> changes;
    while (const std::optional<FoodEdit> wanted = next()) {
        FoodDraft draft;
        if (!wanted->id) wanted->change(draft);
        const Result<Food> food = wanted->id ? edit(tx, *wanted->id, wanted->change, wanted->check,
                                                    by_user, wanted->count_check, changes)
                                             : create(tx, std::move(draft), by_user, changes);
        if (!food) return food.error();
    }
    return changes_.tell(tx, changes);
}

Status FoodService::read(const Json& body, FoodDraft& draft) const {
    static const http::Schema schema = food_change_schema();
    Error error(Errc::unprocessable, "validation_failed", "Some values are not valid. See errors.");
    schema.validate(body, "", error.faults);
    if (!error.faults.empty()) return error;
    read_draft(body, draft);
    return {};
}

Status FoodService::check(Transaction& tx, FoodDraft& draft, const FoodDraft& before) const {
    if (Status valid = normalise(draft, before); !valid) return valid;
    return check_sides(tx, draft, before);
}

std::string FoodService::name_key(std::string_view name) const { return folded(trimmed(name)); }

Result<std::optional<Food>> FoodService::find_by_name(Transaction& tx,
                                                      std::string_view name) const {
    return foods_.find_by_name(tx, name_key(name));
}

Result<std::vector<Food>> FoodService::foods_after(Transaction& tx, std::int64_t id,
                                                   std::int64_t limit) const {
    return foods_.living_after(tx, id, limit);
}

Status FoodService::rate(Transaction& tx, const FoodStars& more) {
    const Result<bool> is_there = foods_.rate(tx, more);
    if (!is_there) return is_there.error();
    if (!*is_there) return not_found(more.food_id);
    return {};
}

Status FoodService::remove(std::int64_t id, const VersionCheck& check) {
    return store_.transact([&](Transaction& tx) -> Status {
        const Result<Food> food = lock(tx, id, check);
        if (!food) return food.error();
        const std::int64_t at = now();
        if (Status removed = foods_.remove(tx, id, at); !removed) return removed;
        return changes_.tell(tx, {{id, "deleted", food->version + 1, from_millis(at)}});
    });
}

Result<Food> FoodService::restore(std::int64_t id) {
    return store_.transact<Food>([&](Transaction& tx) -> Result<Food> {
        const std::int64_t at = now();
        Result<std::optional<Food>> food = foods_.restore(tx, id, at);
        if (!food) return std::move(food).error();
        if (!*food)
            return Error(Errc::not_found, "food_not_deleted",
                         "There is no deleted food with this id.");
        if (Status told = changes_.tell(tx, {{id, "restored", (*food)->version, from_millis(at)}});
            !told)
            return std::move(told).error();
        return **std::move(food);
    });
}

Result<std::int64_t> FoodService::purge(Timestamp deleted_at) {
    constexpr std::int64_t at_once = 10;  // journals are long, and others who write wait
    std::int64_t purged = 0, last = at_once;
    while (last == at_once) {
        const Status done = store_.transact([&](Transaction& tx) -> Status {
            const Result<Rows> rows = foods_.purge(tx, to_millis(deleted_at), at_once);
            if (!rows) return rows.error();
            last = std::ssize(*rows);
            std::vector<FoodChanged> changes;
            for (const Row row : *rows)
                changes.push_back({row.integer(0), "purged", row.integer(1), from_millis(now())});
            return changes_.tell(tx, changes);
        });
        if (!done) return done.error();
        purged += last;
    }
    return purged;
}

Result<Food> FoodService::adjust_stock(std::int64_t id, std::int64_t delta, std::string reason,
                                       const CountCheck& check,
                                       std::optional<std::int64_t> by_user) {
    if (Status valid = normalise_adjustment(delta, reason); !valid) return std::move(valid).error();
    return store_.transact<Food>([&](Transaction& tx) -> Result<Food> {
        Result<Food> food = lock(tx, id);
        if (!food) return food;
        if (Status known = check(*food); !known) return std::move(known).error();
        if (!food->available_quantity)
            return Error(Errc::conflict, "stock_not_counted",
                         "'" + food->name +
                             "' is not counted. Set its available_quantity first, then adjust it.");
        const std::int64_t after = *food->available_quantity + delta;
        if (after < 0)
            return Error(Errc::conflict, "insufficient_stock",
                         "Only " + std::to_string(*food->available_quantity) + " of '" +
                             food->name + "' are in stock, so " + std::to_string(-delta) +
                             " cannot be taken away.")
                .with_member("available_quantity", *food->available_quantity);
        if (after > max_quantity)
            return Error(Errc::conflict, "stock_too_large",
                         "The stock of '" + food->name + "' would become " + std::to_string(after) +
                             "; at most " + std::to_string(max_quantity) + " can be counted.");
        const FoodDraft before = *food;
        food->available_quantity = after;
        food->stock_moves += 1;
        food->updated_at = now();
        const Result<std::optional<Stock>> added = stock_.add(tx, id, delta, food->updated_at);
        if (!added) return added.error();
        if (Status written = stock_.record(tx, entry(*food, delta, reason, by_user)); !written)
            return std::move(written).error();
        if (Status told = changes_.tell(tx, changes_.of(before, *food)); !told)
            return std::move(told).error();
        return food;
    });
}

Result<StockRows> FoodService::journal(std::int64_t id, std::int64_t limit,
                                       std::int64_t offset) const {
    return store_.read<StockRows>([&](Transaction& tx) -> Result<StockRows> {
        const Result<std::optional<Food>> food = foods_.find(tx, id);
        if (!food) return food.error();
        if (!*food) return not_found(id);
        return stock_.journal(tx, id, limit, offset);
    });
}

Result<Food> FoodService::lock(Transaction& tx, std::int64_t id) const {
    Result<std::optional<Food>> food = foods_.lock(tx, id);
    if (!food) return std::move(food).error();
    if (!*food) return not_found(id);
    return **std::move(food);
}

Result<Food> FoodService::lock(Transaction& tx, std::int64_t id, const VersionCheck& check) const {
    Result<Food> food = lock(tx, id);
    if (!food) return food;
    if (Status current = check(food->version); !current) return std::move(current).error();
    return food;
}

Status FoodService::check_sides(Transaction& tx, const FoodDraft& draft,
                                const FoodDraft& before) const {
    struct Kind {
        const char* pointer;
        const SideRule &now, &before;
    };
    const Kind kinds[] = {
        {"/side_rules/side_protein/allowed/", draft.side_protein, before.side_protein},
        {"/side_rules/extra_side/allowed/", draft.extra_side, before.extra_side}};
    std::optional<Error> unknown;
    for (const Kind& kind : kinds) {
        if (!kind.now.allowed || kind.now.allowed == kind.before.allowed) continue;
        const Result<std::vector<Food>> found = foods_.find_all(tx, *kind.now.allowed);
        if (!found) return found.error();
        for (std::size_t i = 0; i < kind.now.allowed->size(); ++i) {
            const std::int64_t id = (*kind.now.allowed)[i];
            const bool lives = std::any_of(found->begin(), found->end(), [&](const Food& food) {
                return food.id == id && !food.deleted;
            });
            if (lives) continue;
            if (!unknown)
                unknown = Error(Errc::unprocessable, "validation_failed",
                                "Some values are not valid. See errors.");
            unknown->faults.push_back(
                {kind.pointer + std::to_string(i), "food_not_found", not_found(id).detail});
        }
    }
    if (unknown) return *std::move(unknown);
    return {};
}

}  // namespace kitchen::catalog
