#include "food_repository.h"

#include <algorithm>
#include <map>

#include "case_fold.h"
#include "food_columns.h"
#include "kitchen/text.h"

namespace kitchen::catalog {
namespace {

constexpr std::string_view currency_milestone = "currency ";

Error better(Error error, const std::string& name) {
    if (!error.is_unique("foods_living_name")) return error;
    return Error(Errc::conflict, "food_name_taken",
                 "There is already a food called '" + name + "' on the menu.")
        .with_fault("/name", "taken",
                    "Another food has this name; upper and lower case count as the same.");
}

/// What Food and FoodView have in common.
template <class T>
T shown(const Row& row, const std::string& currency) {
    T food;
    food.id = row.integer(c_id);
    food.name = row.text(c_name);
    food.description = row.text(c_description);
    food.price = row.integer(c_price);
    food.currency = currency;
    if (!row.is_null(c_image_url)) food.image_url = row.text(c_image_url);
    food.category = row.text(c_category);
    food.available_quantity = row.maybe_integer(c_available_quantity);
    food.is_available = row.boolean(c_is_available);
    food.rating_count = row.integer(c_rating_count);
    if (food.rating_count > 0)
        food.rating_average = static_cast<double>(row.integer(c_rating_total)) /
                              static_cast<double>(food.rating_count);
    food.version = row.integer(c_version);
    food.stock_moves = row.integer(c_stock_moves);
    food.created_at = row.integer(c_created_at);
    food.updated_at = row.integer(c_updated_at);
    return food;
}

/// Name and description as one text to search in, kept apart by a character that neither may hold.
std::string searchable(std::string_view name, std::string_view description) {
    return without_marks(name) + '\x1f' + without_marks(description);
}

}  // namespace

FoodRepository::FoodRepository(Store& store, std::string currency)
    : currency_(std::move(currency)), counts_(store), pages_(store, counts_) {
    living_ = store.prepare(select_foods("id = $1 AND deleted_at IS NULL"));
    find_ = store.prepare(select_foods("id = $1"));
    std::string ids = "($1)";
    for (std::size_t i = 2; i <= ids_at_once; ++i) ids += ", ($" + std::to_string(i) + ")";
    // SQLite fills a table with what an IN lists, at each call. For a join, PostgreSQL reads all
    // foods when they are few, and what a checkout has read conflicts with every sale of it.
    find_many_ = store.prepare(
        store.is_remote() ? select_foods("id IN (" + ids + ")")
                          : "SELECT " + std::string(food_columns) + " FROM (VALUES " + ids +
                                ") AS wanted CROSS JOIN foods WHERE id = wanted.column1");
    by_name_ = store.prepare(select_foods("name_key = $1 AND deleted_at IS NULL"));
    after_ = store.prepare(select_foods("id > $1 AND deleted_at IS NULL ORDER BY id LIMIT $2"));
    any_ = store.prepare("SELECT id FROM foods LIMIT 1");
    // An update that changes nothing: the portable way to lock a row and read what was committed
    // last.
    lock_ = store.prepare(
        "UPDATE foods SET version = version WHERE id = $1 AND deleted_at IS NULL RETURNING " +
        std::string(food_columns));
    lock_all_ = store.prepare(
        "UPDATE foods SET version = version WHERE id IN ($1, $2, $3, $4, $5, "
        "$6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)");
    insert_ = store.prepare(
        "INSERT INTO foods (name, name_key, description, search_key, price, image_url, category, "
        "category_key, "
        "available_quantity, is_available, tags, side_rules, is_orderable, created_at, updated_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14) RETURNING id");
    update_ = store.prepare(
        // A name that is kept keeps its key: of an older version there may be two foods whose names
        // are the same by today's folding, and each can still be edited.
        "UPDATE foods SET name = $1, name_key = CASE WHEN name = $1 THEN name_key ELSE $2 END, "
        "description = $3, search_key = $4, price = $5, "
        "image_url = $6, category = $7, category_key = $8, available_quantity = $9, "
        "is_available = $10, tags = $11, side_rules = $12, is_orderable = $13, updated_at = $14, "
        "version = $15, stock_moves = 0 WHERE id = $16");
    remove_ = store.prepare(
        "UPDATE foods SET deleted_at = $2, updated_at = $2, version = version + 1, stock_moves = 0 "
        "WHERE id = $1");
    restore_ = store.prepare(
        "UPDATE foods SET deleted_at = NULL, updated_at = $2, version = version + 1, stock_moves = "
        "0 WHERE id = $1 AND deleted_at IS NOT NULL RETURNING " +
        std::string(food_columns));
    purgeable_ = store.prepare(
        "SELECT id, version FROM foods WHERE deleted_at IS NOT NULL AND deleted_at <= $1 AND "
        "id < (SELECT MAX(id) FROM foods) ORDER BY deleted_at, id LIMIT $2");
    purge_journal_ = store.prepare("DELETE FROM food_stock_journal WHERE food_id = $1");
    purge_ = store.prepare("DELETE FROM foods WHERE id = $1");
    rate_ = store.prepare(
        "UPDATE foods SET rating_count = rating_count + $2, rating_total = rating_total + $3 "
        "WHERE id = $1 RETURNING id");
    rated_ = store.prepare(
        "SELECT id, rating_count, rating_total FROM foods WHERE rating_count <> 0 OR "
        "rating_total <> 0 ORDER BY id");
    delete_tags_ = store.prepare("DELETE FROM food_tags WHERE food_id = $1");
    insert_tag_ = store.prepare(
        "INSERT INTO food_tags (food_id, tag_key) VALUES ($1, $2) ON CONFLICT "
        "(food_id, tag_key) DO NOTHING");
    milestone_ = store.prepare(
        "INSERT INTO catalog_milestones (name, reached_at) VALUES ($1, $2) ON CONFLICT (name) DO "
        "NOTHING");
    stored_currency_ =
        store.prepare("SELECT name FROM catalog_milestones WHERE name LIKE 'currency %'");
    forget_currency_ = store.prepare("DELETE FROM catalog_milestones WHERE name LIKE 'currency %'");
    prices_ = store.prepare("SELECT id, price FROM foods ORDER BY id");
    reprice_ = store.prepare(
        "UPDATE foods SET price = $2, version = version + 1, stock_moves = 0, updated_at = $3 "
        "WHERE id = $1");
    texts_ = store.prepare(
        "SELECT id, name, description, category, tags, name_key, deleted_at FROM foods ORDER BY "
        "id");
    rekey_ = store.prepare(
        "UPDATE foods SET name_key = $2, search_key = $3, category_key = $4 WHERE id = $1");
}

Result<Rows> FoodRepository::living(Transaction& tx, std::int64_t id) const {
    return tx.query(living_, {id});
}

Result<std::optional<Food>> FoodRepository::find(Transaction& tx, std::int64_t id) const {
    return first_row(tx.query(find_, {id}), [&](const Row& row) { return food(row); });
}

Result<std::vector<Food>> FoodRepository::find_all(Transaction& tx,
                                                   std::span<const std::int64_t> ids) const {
    std::vector<std::int64_t> wanted(ids.begin(), ids.end());
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());

    std::vector<Food> foods;
    foods.reserve(wanted.size());
    for (std::size_t begin = 0; begin < wanted.size(); begin += ids_at_once) {
        const std::span<const std::int64_t> chunk =
            std::span(wanted).subspan(begin, std::min(ids_at_once, wanted.size() - begin));
        std::vector<Param> params(chunk.begin(), chunk.end());
        params.resize(ids_at_once, nullptr);
        const Result<Rows> rows = tx.query(find_many_, params);
        if (!rows) return rows.error();
        for (const Row row : *rows) {
            Result<Food> found = food(row);
            if (!found) return std::move(found).error();
            foods.push_back(*std::move(found));
        }
    }
    return foods;
}

Result<std::optional<Food>> FoodRepository::find_by_name(Transaction& tx,
                                                         std::string_view name_key) const {
    return first_row(tx.query(by_name_, {name_key}), [&](const Row& row) { return food(row); });
}

Result<std::vector<Food>> FoodRepository::living_after(Transaction& tx, std::int64_t id,
                                                       std::int64_t limit) const {
    const Result<Rows> rows = tx.query(after_, {id, limit});
    if (!rows) return rows.error();
    std::vector<Food> foods;
    foods.reserve(rows->size());
    for (const Row row : *rows) {
        Result<Food> found = food(row);
        if (!found) return std::move(found).error();
        foods.push_back(*std::move(found));
    }
    return foods;
}

Result<bool> FoodRepository::any(Transaction& tx) const { return any_row(tx.query(any_)); }

Result<std::optional<Food>> FoodRepository::lock(Transaction& tx, std::int64_t id) const {
    return first_row(tx.query(lock_, {id}), [&](const Row& row) { return food(row); });
}

Status FoodRepository::lock_all(Transaction& tx, std::span<const std::int64_t> ids) const {
    constexpr std::size_t at_once = 16;
    for (std::size_t first = 0; first < ids.size(); first += at_once) {
        std::vector<Param> params(at_once, Param(0));  // which is no food's id
        for (std::size_t i = 0; i < std::min(at_once, ids.size() - first); ++i)
            params[i] = Param(ids[first + i]);
        Rows none;
        if (Status locked = tx.run(lock_all_, params, none); !locked) return locked;
    }
    return {};
}

Result<Food> FoodRepository::insert(Transaction& tx, const FoodDraft& draft,
                                    std::int64_t now) const {
    const Result<Rows> rows = write(tx, insert_, draft, {now});
    if (!rows) return rows.error();

    Food food;
    static_cast<FoodDraft&>(food) = draft;
    food.id = rows->front().integer(0);
    food.currency = currency_;
    food.created_at = food.updated_at = now;
    if (Status done = replace_tags(tx, food.id, draft.tags); !done) return std::move(done).error();
    if (Status counted = counts_.add(tx, food.id); !counted) return std::move(counted).error();
    return food;
}

Status FoodRepository::update(Transaction& tx, const FoodDraft& before, const Food& food) const {
    const bool same_tags = food.tags == before.tags;
    const bool counts_alike =
        same_tags && food.price == before.price && food.category == before.category;
    if (!counts_alike)
        if (Status counted = counts_.remove(tx, food.id); !counted) return counted;
    const Result<Rows> rows = write(tx, update_, food, {food.updated_at, food.version, food.id});
    if (!rows) return rows.error();
    if (!same_tags)
        if (Status done = replace_tags(tx, food.id, food.tags); !done) return done;
    return counts_alike ? Status() : counts_.add(tx, food.id);
}

Result<Rows> FoodRepository::write(Transaction& tx, Statement statement, const FoodDraft& draft,
                                   std::initializer_list<Param> more) const {
    const std::string name_key = folded(draft.name);
    const std::string category_key = without_marks(draft.category);
    const std::string search_key = searchable(draft.name, draft.description);
    const std::string tags = http::body_json(draft.tags);
    const std::string side_rules = http::body_json(draft.side_rules());
    std::vector<Param> params = {draft.name,
                                 name_key,
                                 draft.description,
                                 search_key,
                                 draft.price,
                                 draft.image_url,
                                 draft.category,
                                 category_key,
                                 draft.available_quantity,
                                 draft.is_available,
                                 tags,
                                 side_rules,
                                 draft.is_available && draft.available_quantity != 0};
    params.insert(params.end(), more);
    Result<Rows> rows = tx.query(statement, params);
    if (!rows) return better(std::move(rows).error(), draft.name);
    return rows;
}

Status FoodRepository::replace_tags(Transaction& tx, std::int64_t id,
                                    const std::vector<std::string>& tags) const {
    Rows none;
    const Param food_id[] = {id};
    if (Status done = tx.run(delete_tags_, food_id, none); !done) return done;
    for (const std::string& tag : tags) {
        const std::string key = without_marks(tag);
        const Param params[] = {id, key};
        if (Status done = tx.run(insert_tag_, params, none); !done) return done;
    }
    return {};
}

Status FoodRepository::remove(Transaction& tx, std::int64_t id, std::int64_t now) const {
    if (Status counted = counts_.remove(tx, id); !counted) return counted;
    Rows none;
    const Param params[] = {id, now};
    return tx.run(remove_, params, none);
}

Result<std::optional<Food>> FoodRepository::restore(Transaction& tx, std::int64_t id,
                                                    std::int64_t now) const {
    const Result<Rows> rows = tx.query(restore_, {id, now});
    if (!rows && rows.error().is_unique("foods_living_name"))
        return Error(Errc::conflict, "food_name_taken",
                     "Another food on the menu has its name by now. Rename that one first.");
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<Food>();
    if (Status counted = counts_.add(tx, id); !counted) return std::move(counted).error();
    Result<Food> restored = food(rows->front());
    if (!restored) return std::move(restored).error();
    return std::optional<Food>(*std::move(restored));
}

Result<Rows> FoodRepository::purge(Transaction& tx, std::int64_t deleted_at,
                                   std::int64_t limit) const {
    Result<Rows> rows = tx.query(purgeable_, {deleted_at, limit});
    if (!rows) return rows;
    for (const Row row : *rows)
        for (const Statement statement : {purge_journal_, delete_tags_, purge_})
            if (Status gone = tx.execute(statement, {row.integer(0)}); !gone)
                return std::move(gone).error();
    return rows;
}

Result<bool> FoodRepository::rate(Transaction& tx, const FoodStars& more) const {
    return any_row(tx.query(rate_, {more.food_id, more.ratings, more.stars}));
}

Result<std::vector<FoodStars>> FoodRepository::rated(Transaction& tx) const {
    const Result<Rows> rows = tx.query(rated_);
    if (!rows) return rows.error();
    std::vector<FoodStars> rated;
    for (const Row row : *rows) rated.push_back({row.integer(0), row.integer(1), row.integer(2)});
    return rated;
}

Result<bool> FoodRepository::reach_milestone(Transaction& tx, std::string_view name,
                                             std::int64_t now) const {
    const Result<Rows> rows = tx.query(milestone_, {name, now});
    if (!rows) return rows.error();
    return rows->changed() == 1;
}

Result<std::optional<std::string>> FoodRepository::stored_currency(Transaction& tx) const {
    return first_row(tx.query(stored_currency_), [](const Row& row) -> Result<std::string> {
        return std::string(row.text(0).substr(currency_milestone.size()));
    });
}

Status FoodRepository::store_currency(Transaction& tx, std::string_view currency,
                                      std::int64_t now) const {
    if (Status forgotten = tx.execute(forget_currency_); !forgotten) return forgotten;
    return tx.execute(milestone_, {std::string(currency_milestone).append(currency), now});
}

Result<std::int64_t> FoodRepository::reprice(
    Transaction& tx,
    const std::function<Result<std::int64_t>(std::int64_t id, std::int64_t price)>& price_of,
    std::int64_t now) const {
    const Result<Rows> rows = tx.query(prices_);
    if (!rows) return rows.error();
    for (const Row row : *rows) {
        const std::int64_t id = row.integer(0);
        const Result<std::int64_t> price = price_of(id, row.integer(1));
        if (!price) return price.error();
        if (Status written = tx.execute(reprice_, {id, *price, now}); !written)
            return std::move(written).error();
    }
    if (Result<std::int64_t> counted = counts_.mend(tx); !counted) return counted;
    return std::ssize(*rows);
}

Result<std::int64_t> FoodRepository::write_keys(Transaction& tx) const {
    const Result<Rows> rows = tx.query(texts_);
    if (!rows) return rows.error();
    std::map<std::string, int> wanted;
    for (const Row row : *rows)
        if (row.is_null(6)) ++wanted[folded(row.text(1))];
    for (const Row row : *rows) {
        const std::int64_t id = row.integer(0);
        std::string name_key = folded(row.text(1));
        if (row.is_null(6) && wanted.at(name_key) > 1) name_key = row.text(5);
        Status done = tx.execute(rekey_, {id, name_key, searchable(row.text(1), row.text(2)),
                                          without_marks(row.text(3))});
        std::vector<std::string> tags;
        if (done) done = tags_.read(row.text(4), "foods.tags", tags);
        if (done) done = replace_tags(tx, id, tags);
        if (!done) return std::move(done).error();
    }
    if (Result<std::int64_t> counted = counts_.mend(tx); !counted) return counted;
    return std::ssize(*rows);
}

FoodView FoodRepository::view(const Row& row) const {
    auto food = shown<FoodView>(row, currency_);
    food.tags.text = row.text(c_tags);
    food.side_rules.text = row.text(c_side_rules);
    return food;
}

Result<Food> FoodRepository::food(const Row& row) const {
    auto food = shown<Food>(row, currency_);
    food.deleted = !row.is_null(c_deleted_at);
    SideRules& rules = food;
    Status read = tags_.read(row.text(c_tags), "foods.tags", food.tags);
    if (read) read = side_rules_.read(row.text(c_side_rules), "foods.side_rules", rules);
    if (!read) return std::move(read).error();
    return food;
}

}  // namespace kitchen::catalog
