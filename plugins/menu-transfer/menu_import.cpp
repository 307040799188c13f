#include "menu_import.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "food_members.h"

namespace kitchen::transfer {
namespace {

constexpr std::size_t rows_at_once = 100;

/// Where a row stands, to speak of it.
struct Place {
    std::int64_t line = 0;
    std::string pointer;
};

/// What is to be written of a row.
struct PlannedEdit {
    Place place;
    std::optional<std::int64_t> food_id;
    std::optional<std::int64_t> version, stock_moves;  ///< that the file names
    FoodMembers members = 0;
    FoodDraft draft;  ///< of a food that is there, only those members

    bool is_of(std::int64_t now) const { return !version || *version == now; }
    /// Whether the file knows of every move of the count.
    bool has_seen(const Food& now) const {
        return !version || stock_moves.value_or(0) == now.stock_moves;
    }
};

Error outdated() { return Error(Errc::conflict, "outdated", "It has been changed or sold."); }

/// A row before the menu has been looked at.
struct WantedFood {
    Place place;
    std::optional<std::int64_t> id, version, stock_moves;
    std::string name;  ///< "" when the row has none
    Json values;       ///< a body of PATCH /foods/{id}/
};

/// The same afterwards.
struct ComparedFood {
    std::vector<Fault> faults;
    std::optional<std::int64_t> food_id;
    std::string new_name;  ///< that it has not had before
    std::optional<PlannedEdit> edit;
};

class Faults {
public:
    void add(const Place& place, Fault fault) {
        ++count_;
        if (error_.faults.size() >= MenuImport::most_faults) return;
        const std::string_view member =
            std::string_view(fault.pointer).substr(0, fault.pointer.find('/', 1));
        std::string where = "Line " + std::to_string(place.line);
        if (!member.empty() && fault.pointer != "/header")
            where.append(", ").append(member.substr(1));
        error_.faults.push_back({place.pointer + fault.pointer, std::move(fault.code),
                                 where + ": " + std::move(fault.detail)});
    }
    bool empty() const { return count_ == 0; }
    Error error() && {
        error_.detail = count_ == 1 ? "The file has a fault. Nothing was imported. See errors."
                                    : "The file has " + std::to_string(count_) +
                                          " faults. Nothing was imported. See errors.";
        return std::move(error_).with_member("fault_count", count_);
    }

private:
    Error error_{Errc::unprocessable, "import_invalid", ""};
    std::int64_t count_ = 0;
};

/// Takes an integer off the values; nothing when it is not there or null.
std::optional<std::int64_t> take_integer(Json& values, std::string_view name,
                                         std::vector<Fault>& faults) {
    const Json* found = values.find(name);
    if (!found) return std::nullopt;
    std::optional<std::int64_t> number;
    if (found->is_integer() && found->as_integer() > 0)
        number = found->as_integer();
    else if (!found->is_null())
        faults.push_back({'/' + std::string(name), "type", "Must be a whole number above 0."});
    std::erase_if(values.as_object(), [&](const auto& member) { return member.first == name; });
    return number;
}

}  // namespace

/// One import: what has been read, and what it comes to.
class MenuImport::Plan {
public:
    Plan(const MenuImport& import, Faults& faults) : import_(import), faults_(faults) {}

    /// Compares the rows with the menu. Errors: the store's.
    Status add(std::vector<MenuRow>& rows);
    /// Writes all. Errors: those of run().
    Status write(std::int64_t by_user);

    Imported imported;

private:
    std::optional<WantedFood> wanted(MenuRow& row);
    Result<ComparedFood> compare(Transaction& tx, const WantedFood& wanted) const;
    /// Each food once.
    void keep(const WantedFood& wanted, ComparedFood& compared);

    const MenuImport& import_;
    Faults& faults_;
    std::vector<PlannedEdit> edits_;
    std::unordered_map<std::int64_t, std::int64_t> line_of_food_;
    std::unordered_map<std::string, std::int64_t> line_of_name_;
};

std::optional<WantedFood> MenuImport::Plan::wanted(MenuRow& row) {
    WantedFood wanted{{row.line, std::move(row.pointer)}, {}, {}, {}, {}, std::move(row.values)};
    std::vector<Fault> faults = std::move(row.faults);
    wanted.id = take_integer(wanted.values, "id", faults);
    wanted.version = take_integer(wanted.values, "version", faults);
    wanted.stock_moves = take_integer(wanted.values, "stock_moves", faults);
    if (const Json* currency = wanted.values.find("currency")) {
        const std::string ours = import_.catalog_.currency();
        if (!currency->is_string() ||
            (!currency->as_string().empty() && currency->as_string() != ours))
            faults.push_back(
                {"/currency", "other_currency", "Prices of this menu are in " + ours + "."});
        std::erase_if(wanted.values.as_object(),
                      [](const auto& member) { return member.first == "currency"; });
    }
    if (const Json* name = wanted.values.find("name"); name && name->is_string())
        wanted.name = name->as_string();
    else if (faults.empty() && !wanted.id)
        faults.push_back({"", "required", "Must have an id or a name."});
    for (Fault& fault : faults) faults_.add(wanted.place, std::move(fault));
    if (!faults.empty()) return std::nullopt;
    return wanted;
}

Result<ComparedFood> MenuImport::Plan::compare(Transaction& tx, const WantedFood& wanted) const {
    ComparedFood compared;
    FoodEdits& foods = import_.foods_;
    std::optional<Food> food;
    if (wanted.id) {
        const std::int64_t ids[] = {*wanted.id};
        Result<std::vector<Food>> found = import_.catalog_.foods(tx, ids);
        if (!found) return std::move(found).error();
        if (!found->empty() && !found->front().deleted) food = std::move(found->front());
        if (!food) {
            compared.faults.push_back(
                {"/id", "food_not_found",
                 "There is no food " + std::to_string(*wanted.id) +
                     " on the menu. Leave the id out to find it by its name, or to add it."});
            return compared;
        }
    } else if (wanted.name.find('\0') == std::string::npos) {  // which no store can look for
        Result<std::optional<Food>> found = foods.find_by_name(tx, wanted.name);
        if (!found) return std::move(found).error();
        food = *std::move(found);
    }

    const FoodDraft before = food ? FoodDraft(*food) : FoodDraft();
    FoodDraft draft = before;
    Status good = foods.read(wanted.values, draft);
    if (good) good = foods.check(tx, draft, before);
    if (!good) {
        if (good.error().kind != Errc::unprocessable) return std::move(good).error();
        compared.faults = std::move(good).error().faults;
    }
    if (!food)
        for (const char* member : {"price", "category"})
            if (!wanted.values.find(member)) {
                std::erase_if(compared.faults, [&](const Fault& fault) {
                    return fault.pointer.substr(1) == member;
                });
                compared.faults.push_back(
                    {'/' + std::string(member), "required", "A food that is added must have one."});
            }
    if (!compared.faults.empty()) return compared;

    if (food) compared.food_id = food->id;
    if (!food || foods.name_key(draft.name) != foods.name_key(before.name))
        compared.new_name = foods.name_key(draft.name);
    if (food && !compared.new_name.empty()) {
        const Result<std::optional<Food>> other = foods.find_by_name(tx, draft.name);
        if (!other) return other.error();
        if (*other) {
            compared.faults.push_back(
                {"/name", "taken",
                 "Food " + std::to_string((*other)->id) +
                     " has this name; upper and lower case count as the same."});
            return compared;
        }
    }
    const FoodMembers members = food ? differing(before, draft) : all_members;
    if (members == 0) return compared;
    PlannedEdit edit{wanted.place,       compared.food_id, wanted.version,
                     wanted.stock_moves, members,          {}};
    const bool sets_count = food && before.available_quantity != draft.available_quantity;
    if (food && (!edit.is_of(food->version) || (sets_count && !edit.has_seen(*food)))) {
        compared.faults.push_back(
            {"/version", "outdated",
             "Food " + std::to_string(food->id) +
                 " has been changed or sold since this was exported. Export again, or leave the "
                 "version out to overwrite it."});
        return compared;
    }
    compared.edit = std::move(edit);
    copy_members(members, draft, compared.edit->draft);
    return compared;
}

void MenuImport::Plan::keep(const WantedFood& wanted, ComparedFood& compared) {
    for (Fault& fault : compared.faults) faults_.add(wanted.place, std::move(fault));
    if (!compared.faults.empty()) return;
    std::int64_t other = 0;
    if (compared.food_id)
        if (const auto [known, is_new] =
                line_of_food_.try_emplace(*compared.food_id, wanted.place.line);
            !is_new)
            other = known->second;
    if (!compared.new_name.empty())
        if (const auto [known, is_new] =
                line_of_name_.try_emplace(std::move(compared.new_name), wanted.place.line);
            !is_new)
            other = known->second;
    if (other != 0)
        return faults_.add(
            wanted.place,
            {"", "not_unique", "Is the same food as in line " + std::to_string(other) + "."});
    ++(!compared.edit     ? imported.unchanged
       : compared.food_id ? imported.changed
                          : imported.created);
    if (compared.edit) edits_.push_back(*std::move(compared.edit));
}

Status MenuImport::Plan::add(std::vector<MenuRow>& rows) {
    std::vector<WantedFood> batch;
    for (MenuRow& row : rows)
        if (std::optional<WantedFood> one = wanted(row)) batch.push_back(*std::move(one));
    rows.clear();
    if (batch.empty()) return {};
    std::vector<ComparedFood> compared;
    const Status read = import_.store_.read([&](Transaction& tx) -> Status {
        compared.clear();
        for (const WantedFood& one : batch) {
            Result<ComparedFood> result = compare(tx, one);
            if (!result) return std::move(result).error();
            compared.push_back(*std::move(result));
        }
        return {};
    });
    if (!read) return read;
    for (std::size_t i = 0; i < batch.size(); ++i) keep(batch[i], compared[i]);
    return {};
}

Status MenuImport::Plan::write(std::int64_t by_user) {
    if (edits_.empty()) return {};
    // By rising id, as those lock who sell; new foods in the order of the file.
    std::stable_sort(edits_.begin(), edits_.end(), [](const auto& a, const auto& b) {
        constexpr std::int64_t last = INT64_MAX;
        return a.food_id.value_or(last) < b.food_id.value_or(last);
    });
    std::size_t at = 0;
    const auto next = [&]() -> std::optional<FoodEdit> {
        if (at == edits_.size()) return std::nullopt;
        const PlannedEdit& edit = edits_[at++];
        return FoodEdit{
            edit.food_id,
            [&edit](FoodDraft& draft) { copy_members(edit.members, edit.draft, draft); },
            [&edit](std::int64_t version) {
                return edit.is_of(version) ? Status() : Status(outdated());
            },
            [&edit](const Food& now) {
                return edit.has_seen(now) ? Status() : Status(outdated());
            }};
    };
    std::vector<std::int64_t> ids;
    for (const PlannedEdit& edit : edits_)
        if (edit.food_id) ids.push_back(*edit.food_id);
    // All foods are locked before the first is written: a sale that comes between is a conflict at
    // the beginning, where trying again is cheap. What it decides on is in the rows that it writes.
    Status done = import_.store_.transact(
        [&](Transaction& tx) -> Status {
            at = 0;
            if (Status locked = import_.foods_.lock(tx, ids); !locked) return locked;
            return import_.foods_.write(tx, next, by_user);
        },
        Isolation::snapshot);
    if (done || at == 0) return done;
    const Error& refused = done.error();
    if (refused.kind != Errc::conflict && refused.kind != Errc::not_found &&
        refused.kind != Errc::unprocessable)
        return done;
    const Place& place = edits_[at - 1].place;
    return Error(
               Errc::conflict, "menu_changed",
               "The menu was changed while the file was read. Nothing was imported. Send it again.")
        .with_fault(place.pointer, refused.code,
                    "Line " + std::to_string(place.line) + ": " + refused.detail);
}

MenuImport::MenuImport(Store& store, Catalog& catalog, FoodEdits& foods, std::int64_t max_rows)
    : store_(store), catalog_(catalog), foods_(foods), max_rows_(max_rows) {}

Result<Imported> MenuImport::run(const std::filesystem::path& file, MenuFormat format, bool dry_run,
                                 std::int64_t by_user) {
    std::ifstream in(file, std::ios::binary);
    const std::unique_ptr<MenuRows> reader = menu_rows(format, in, longest_row);
    Faults faults;
    Plan plan(*this, faults);
    std::vector<MenuRow> rows;
    for (std::int64_t count = 0;; ++count) {
        MenuRow row;
        const Result<bool> found = reader->next(row);
        if (!in.is_open() || in.bad())
            return Error(Errc::unavailable, "upload_lost",
                         "The upload could not be read on the server. Try again later.");
        if (!found) {
            Error error = found.error();
            if (error.faults.empty()) error.faults.push_back({"", error.code, error.detail});
            for (Fault& fault : error.faults) faults.add({reader->line(), ""}, std::move(fault));
        }
        const bool is_over = !found || !*found;
        if (!is_over && count == max_rows_)
            return Error(Errc::payload_too_large, "import_too_long",
                         "The file has more than " + std::to_string(max_rows_) +
                             " foods. Nothing was imported. Send it in parts.");
        if (!is_over) rows.push_back(std::move(row));
        if (is_over || rows.size() == rows_at_once)
            if (Status added = plan.add(rows); !added) return std::move(added).error();
        if (is_over) break;
    }
    if (!faults.empty()) return std::move(faults).error();
    plan.imported.dry_run = dry_run;
    if (!dry_run)
        if (Status written = plan.write(by_user); !written) return std::move(written).error();
    return plan.imported;
}

}  // namespace kitchen::transfer
