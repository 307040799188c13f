#include "food_counts.h"

#include <algorithm>

#include "food_rules.h"

namespace kitchen::catalog {
namespace {

// Above every price, and within the first 255 buckets of the greatest width.
constexpr std::int64_t no_price = (std::int64_t{1} << 32) - 1;

constexpr std::string_view widths =
    "(SELECT CAST(1 AS BIGINT) AS width UNION ALL SELECT 256 UNION ALL SELECT 65536 UNION ALL "
    "SELECT 16777216) AS w";

constexpr std::string_view is_orderable =
    "CASE WHEN is_available = 0 OR available_quantity = 0 THEN 0 ELSE 1 END";

/// What foods count for: rows of (kind, label_key, label, price). `and_this` narrows it down.
std::string counted(std::string_view and_this) {
    std::string sql;
    for (const std::string_view columns :
         {"'menu' AS kind, '' AS label_key, '' AS label, price FROM foods",
          "'category', category_key, category, price FROM foods",
          "'tag', food_tags.tag_key, '', price FROM foods JOIN food_tags ON food_tags.food_id = "
          "foods.id"})
        sql.append(sql.empty() ? "SELECT " : " UNION ALL SELECT ")
            .append(columns)
            .append(" WHERE ")
            .append(and_this);
    return sql;
}

/// How many have a price below the parameter: of each width, the buckets that make up what is left
/// of it by the wider one.
std::string below(std::string_view parameter) {
    const std::string price = "CAST(" + std::string(parameter) + " AS BIGINT)";
    return "(SELECT CAST(COALESCE(SUM(c.foods), 0) AS BIGINT) FROM " + std::string(widths) +
           " JOIN food_counts c ON c.width = w.width AND c.kind = $1 AND c.label_key = $2 AND "
           "c.bucket >= " +
           price + " / (w.width * 256) * 256 AND c.bucket < " + price + " / w.width)";
}

/// Rows of (width, kind, label_key, bucket, label, foods): what is missing in food_counts, or too
/// much where it is negative. All foods are read, for which a partial index is no help: hence the
/// "+ 0".
std::string differences() {
    return "SELECT width, kind, label_key, bucket, label, CAST(SUM(foods) AS BIGINT) AS foods "
           "FROM ("
           "SELECT width, kind, label_key, bucket, label, -foods AS foods FROM food_counts "
           "UNION ALL SELECT w.width, f.kind, f.label_key, f.price / w.width, f.label, f.foods "
           "FROM (SELECT kind, label_key, label, price, COUNT(*) AS foods FROM (" +
           counted("deleted_at + 0 IS NULL") +
           ") AS one GROUP BY kind, label_key, label, price) AS f CROSS JOIN " +
           std::string(widths) +
           ") AS two GROUP BY width, kind, label_key, bucket, label HAVING SUM(foods) <> 0";
}

/// `rows` as those of differences().
std::string add_sql(const std::string& rows) {
    return "INSERT INTO food_counts (width, kind, label_key, bucket, label, foods) "
           "SELECT width, kind, label_key, bucket, label, foods FROM (" +
           rows +
           ") AS more WHERE 1 = 1 ORDER BY width DESC, CASE kind WHEN 'menu' THEN 0 ELSE 1 END, "
           "kind, "
           "label_key, bucket, label "
           "ON CONFLICT (width, kind, label_key, bucket, label) DO UPDATE "
           "SET foods = food_counts.foods + excluded.foods";
}

}  // namespace

FoodCounts::FoodCounts(Store& store)
    : count_(store.prepare("SELECT " + below("$4") + " - " + below("$3"))),
      count_all_(store.prepare("SELECT CAST(COALESCE(SUM(foods), 0) AS BIGINT) FROM food_counts "
                               "WHERE width = 16777216 AND kind = $1 AND label_key = $2")),
      categories_(store.prepare("SELECT MIN(label), CAST(SUM(foods) AS BIGINT) FROM food_counts "
                                "WHERE width = 16777216 AND kind = 'category' AND foods > 0 "
                                "GROUP BY label_key ORDER BY label_key")),
      // The widest first: those who write foods at once wait for each other before they hold
      // anything else.
      move_(store.prepare(
          add_sql("SELECT w.width, f.kind, f.label_key, f.price / w.width AS bucket, "
                  "f.label, CAST($2 AS BIGINT) AS foods FROM (" +
                  counted("foods.id = $1") + ") AS f CROSS JOIN " + std::string(widths)))),
      forget_empty_(store.prepare("DELETE FROM food_counts WHERE foods = 0")),
      differing_(store.prepare("SELECT kind || ' ' || label_key || ' at ' || CAST(bucket * width "
                               "AS TEXT) FROM (" +
                               differences() + ") AS d")),
      mend_(store.prepare(add_sql(differences()))),
      wrongly_orderable_(store.prepare("SELECT CAST(id AS TEXT) FROM foods WHERE is_orderable <> " +
                                       std::string(is_orderable))),
      mend_orderable_(store.prepare("UPDATE foods SET is_orderable = " + std::string(is_orderable) +
                                    " WHERE is_orderable <> " + std::string(is_orderable))) {}

Result<std::int64_t> FoodCounts::count(Transaction& tx, std::string_view kind, std::string_view key,
                                       std::int64_t min_price, std::int64_t max_price) const {
    const std::int64_t from = std::clamp<std::int64_t>(min_price, 0, no_price);
    const std::int64_t end = max_price < no_price ? std::max(max_price + 1, from) : no_price;
    // At any price: a quarter of the instructions (callgrind, of 82,000).
    const Result<Rows> rows = from == 0 && end > catalog::max_price
                                  ? tx.query(count_all_, {kind, key})
                                  : tx.query(count_, {kind, key, from, end});
    if (!rows) return rows.error();
    // Below zero when a food was removed that an older version had added, until the next look.
    return std::max<std::int64_t>(0, rows->front().integer(0));
}

Result<Rows> FoodCounts::categories(Transaction& tx) const { return tx.query(categories_); }

Status FoodCounts::move(Transaction& tx, std::int64_t food_id, std::int64_t by) const {
    return tx.execute(move_, {food_id, by});
}

Status FoodCounts::remove(Transaction& tx, std::int64_t food_id) const {
    if (Status moved = move(tx, food_id, -1); !moved) return moved;
    return tx.execute(forget_empty_);
}

Result<std::int64_t> FoodCounts::mend(Store& store) const {
    // Looking keeps no writer waiting.
    const Result<bool> differs = store.read<bool>([&](Transaction& tx) -> Result<bool> {
        Result<bool> found = any_row(tx.query(differing_));
        if (!found || *found) return found;
        return any_row(tx.query(wrongly_orderable_));
    });
    if (!differs) return differs.error();
    if (!*differs) return std::int64_t{0};
    return store.transact<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
        const Result<Rows> orderable = tx.query(mend_orderable_);
        if (!orderable) return orderable.error();
        const Result<std::int64_t> counts = mend(tx);
        if (!counts) return counts;
        return *counts + orderable->changed();
    });
}

Result<std::int64_t> FoodCounts::mend(Transaction& tx) const {
    const Result<Rows> counts = tx.query(mend_);
    if (!counts) return counts.error();
    if (Status forgotten = tx.execute(forget_empty_); !forgotten)
        return std::move(forgotten).error();
    return counts->changed();
}

void FoodCounts::add_rules(Setup& setup) const {
    setup.add_data_rule("the counts of the menu are those of its foods", differing_);
    setup.add_data_rule("what is sold out or switched off is noted as not orderable",
                        wrongly_orderable_);
}

}  // namespace kitchen::catalog
