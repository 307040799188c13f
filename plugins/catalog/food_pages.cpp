#include "food_pages.h"

#include <initializer_list>

#include "case_fold.h"
#include "food_columns.h"
#include "kitchen/text.h"

namespace kitchen::catalog {
namespace {

constexpr std::string_view is_living = "deleted_at IS NULL";
constexpr std::string_view is_living_of_all = "deleted_at + 0 IS NULL";  // for no partial index

// Filters that no index is used for: one that is not asked for is NULL. The casts tell PostgreSQL
// the types. A tag is counted, because of an EXISTS PostgreSQL would first read all that have it.
constexpr std::string_view in_category =
    "(CAST($1 AS TEXT) IS NULL OR category_key = CAST($1 AS TEXT))";
constexpr std::string_view found =
    "(CAST($2 AS TEXT) IS NULL OR search_key LIKE CAST($2 AS TEXT) ESCAPE '!')";
constexpr std::string_view tagged =
    "(CAST($3 AS TEXT) IS NULL OR 1 = (SELECT COUNT(*) FROM food_tags WHERE food_tags.food_id = "
    "foods.id AND food_tags.tag_key = CAST($3 AS TEXT)))";
constexpr std::string_view priced =
    "(CAST($4 AS BIGINT) IS NULL OR price + 0 >= CAST($4 AS BIGINT)) AND "
    "(CAST($5 AS BIGINT) IS NULL OR price + 0 <= CAST($5 AS BIGINT))";
constexpr std::string_view available =
    "(CAST($6 AS BIGINT) IS NULL OR is_orderable = CAST($6 AS BIGINT))";
// The same for an index.
constexpr std::string_view category_index = "category_key = CAST($1 AS TEXT)";
constexpr std::string_view tag_index =
    "id IN (SELECT food_id FROM food_tags WHERE tag_key = CAST($3 AS TEXT))";
constexpr std::string_view price_index =
    "price >= COALESCE(CAST($4 AS BIGINT), 0) AND "
    "price <= COALESCE(CAST($5 AS BIGINT), 9223372036854775807)";
constexpr std::string_view out_index = "is_orderable = 0 AND CAST($6 AS BIGINT) = 0";

// So few foods are read and sorted; of more, a page is found sooner in their order.
constexpr std::int64_t few = 2'000;

constexpr std::string_view by_rating =
    "CASE WHEN rating_count > 0 THEN CAST(rating_total AS DOUBLE PRECISION) / rating_count"
    " ELSE 0 END";
constexpr std::string_view order_terms[] = {"id", "name_key", "price", "created_at", by_rating};

std::size_t page_index(FoodOrder order, bool descending) noexcept {
    return static_cast<std::size_t>(order) * 2 + (descending ? 1 : 0);
}

std::string all_of(std::initializer_list<std::string_view> conditions) {
    std::string sql;
    for (const std::string_view condition : conditions)
        sql.append(sql.empty() ? "" : " AND ").append(condition);
    return sql;
}

std::string page_sql(const std::string& where, std::size_t index, std::string_view limit,
                     std::string_view offset) {
    std::string sql = select_foods(where);
    sql.append(" ORDER BY ")
        .append(order_terms[index / 2])
        .append(index % 2 == 1 ? " DESC" : " ASC");
    // Names are unique.
    if (index / 2 > static_cast<std::size_t>(FoodOrder::name)) sql.append(", id ASC");
    return sql.append(" LIMIT ").append(limit).append(" OFFSET ").append(offset);
}

}  // namespace

/// What is asked for beside living foods, by the index of `path`.
std::string FoodPages::filters(Path path, FoodOrder order) {
    const bool of_category = path == by_category || path == by_category_price;
    const bool of_price = path == by_price || path == by_category_price ||
                          (path == in_order && order == FoodOrder::price);
    return all_of({of_category ? category_index : in_category, found,
                   path == by_tag ? tag_index : tagged, of_price ? price_index : priced,
                   path == by_out ? out_index : available});
}

FoodPages::FoodPages(Store& store, const FoodCounts& counts) : counts_(counts) {
    const Path paths[] = {in_order, by_category, by_category_price, by_tag, by_price, by_out};
    for (std::size_t i = 0; i < pages_[whole].size(); ++i) {
        pages_[whole][i] = store.prepare(page_sql(std::string(is_living), i, "$1", "$2"));
        for (const Path path : paths)
            pages_[path][i] = store.prepare(page_sql(
                all_of({is_living, filters(path, static_cast<FoodOrder>(i / 2))}), i, "$7", "$8"));
    }
    for (const Path path : paths)
        count_by_[path] = store.prepare("SELECT COUNT(*) FROM foods WHERE " +
                                        all_of({path == in_order ? is_living_of_all : is_living,
                                                filters(path, FoodOrder::id)}));
    // All from the index.
    count_out_ = store.prepare(
        "SELECT COUNT(*) FROM foods WHERE " +
        all_of({is_living, out_index, in_category, tagged, priced, "CAST($2 AS TEXT) IS NULL"}));
}

FoodPages::Path FoodPages::path_of(const FoodQuery& query, std::int64_t total_count) {
    if (!query.has_filter()) return whole;
    if (total_count <= few) return by_filter(query);
    if (query.category && query.order == FoodOrder::id) return by_category;
    if (query.category && query.order == FoodOrder::price) return by_category_price;
    return in_order;
}

FoodPages::Path FoodPages::by_filter(const FoodQuery& query) {
    if (query.available == false) return by_out;
    if (query.tag) return by_tag;
    if (query.category) return by_category_price;
    return query.min_price || query.max_price ? by_price : in_order;
}

Result<std::int64_t> FoodPages::count(Transaction& tx, const FoodQuery& query,
                                      std::span<const Param> filters) const {
    if (query.search || (query.tag && query.category)) {
        // Nothing but the foods themselves can tell.
        const Result<Rows> rows = tx.query(count_by_[by_filter(query)], filters);
        if (!rows) return rows.error();
        return rows->front().integer(0);
    }
    const std::string_view kind = query.tag ? "tag" : query.category ? "category" : "menu";
    const Param& key = filters[query.tag ? 2 : 0];
    Result<std::int64_t> all = counts_.count(tx, kind, key.bytes(), query.min_price.value_or(0),
                                             query.max_price.value_or(max_price));
    if (!all || !query.available) return all;
    const Param of_out[] = {filters[0], nullptr, filters[2], filters[3], filters[4], false};
    const Result<Rows> out = tx.query(count_out_, of_out);
    if (!out) return out.error();
    return *query.available ? *all - out->front().integer(0) : out->front().integer(0);
}

Result<FoodRows> FoodPages::page(Transaction& tx, const FoodQuery& query, std::int64_t limit,
                                 std::int64_t offset) const {
    std::optional<std::string> category, search, tag;
    if (query.category) category = without_marks(*query.category);
    if (query.search) search = contains_pattern(without_marks(*query.search));
    if (query.tag) tag = without_marks(*query.tag);
    const Param params[] = {category,        search,          tag,   query.min_price,
                            query.max_price, query.available, limit, offset};
    const std::span<const Param> all(params);

    FoodRows found;
    const Result<std::int64_t> total_count = count(tx, query, all.first(6));
    if (!total_count) return total_count.error();
    found.total_count = *total_count;
    if (offset >= *total_count) return found;
    const Path path = path_of(query, *total_count);
    const Statement page = pages_[path][page_index(query.order, query.descending)];
    if (Status read = tx.run(page, path == whole ? all.last(2) : all, found.rows); !read)
        return std::move(read).error();
    return found;
}

}  // namespace kitchen::catalog
