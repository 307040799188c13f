#include "rating_repository.h"

#include <utility>

namespace kitchen::ratings {

RatingRepository::RatingRepository(Store& store)
    : insert_(store.prepare("INSERT INTO food_ratings (food_id, user_id, order_id, rating, "
                            "comment, created_at, updated_at) "
                            "VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id")),
      page_(store.prepare("SELECT id, rating, comment, created_at, updated_at FROM food_ratings "
                          "WHERE food_id = $1 ORDER BY created_at DESC, id DESC "
                          "LIMIT $2 OFFSET $3")),
      remove_(store.prepare(
          "DELETE FROM food_ratings WHERE id = $1 AND food_id = $2 RETURNING rating")),
      forget_(store.prepare("DELETE FROM food_ratings WHERE food_id = $1")),
      sums_(store.prepare("SELECT food_id, COUNT(*), CAST(SUM(rating) AS BIGINT) "
                          "FROM food_ratings GROUP BY food_id ORDER BY food_id")) {}

Status RatingRepository::insert(Transaction& tx, std::int64_t food_id, const Rater& by,
                                Rating& rating) const {
    const Result<Rows> rows = tx.query(insert_, {food_id, by.user_id, by.order_id, rating.stars,
                                                 rating.comment, rating.created_at});
    if (!rows) return rows.error();
    rating.id = rows->front().integer(0);
    return {};
}

Result<std::vector<Rating>> RatingRepository::page(Transaction& tx, std::int64_t food_id,
                                                   std::int64_t limit, std::int64_t offset) const {
    const Result<Rows> rows = tx.query(page_, {food_id, limit, offset});
    if (!rows) return rows.error();
    std::vector<Rating> ratings;
    for (const Row row : *rows)
        ratings.push_back(
            {row.integer(0), row.integer(1), row.string(2), row.integer(3), row.integer(4)});
    return ratings;
}

Result<std::optional<std::int64_t>> RatingRepository::remove(Transaction& tx, std::int64_t food_id,
                                                             std::int64_t id) const {
    return first_row(tx.query(remove_, {id, food_id}),
                     [](const Row& row) { return row.integer(0); });
}

Status RatingRepository::forget(Transaction& tx, std::int64_t food_id) const {
    return tx.execute(forget_, {food_id});
}

Result<std::vector<FoodStars>> RatingRepository::sums(Transaction& tx) const {
    const Result<Rows> rows = tx.query(sums_);
    if (!rows) return rows.error();
    std::vector<FoodStars> sums;
    for (const Row row : *rows) sums.push_back({row.integer(0), row.integer(1), row.integer(2)});
    return sums;
}

// The stars are the food's.
void add_personal_ratings(PersonalData& personal, const Setup& setup, Store& store) {
    personal.add(setup,
                 {.kept = {{"ratings", store.prepare("SELECT food_id, order_id, rating, comment, "
                                                     "created_at, updated_at FROM food_ratings "
                                                     "WHERE user_id = $1 ORDER BY id")}},
                  .forget = {store.prepare("UPDATE food_ratings SET comment = '' WHERE user_id = "
                                           "$1")}});
}

}  // namespace kitchen::ratings
