// The table of this plugin.
//
// Errors: the store's, except where it says more. Thread-safety: all calls, from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/personal_data.h"
#include "kitchen/food_edits.h"
#include "kitchen/store.h"

namespace kitchen::ratings {

/// For Route::changes().
inline constexpr std::string_view rating_row =
    "SELECT id, food_id, user_id, order_id, rating, comment, created_at, updated_at "
    "FROM food_ratings WHERE id = $1";

struct Rating {
    std::int64_t id = 0;
    std::int64_t stars = 0;                       ///< 1 to 5
    std::string comment;                          ///< "" for none
    std::int64_t created_at = 0, updated_at = 0;  ///< POSIX milliseconds
};

/// Whose it is, and the order that makes it theirs.
struct Rater {
    std::int64_t user_id = 0, order_id = 0;
};

class RatingRepository {
public:
    explicit RatingRepository(Store& store);

    /// Gives it its id. Error: unique "food_ratings_one_each".
    Status insert(Transaction& tx, std::int64_t food_id, const Rater& by, Rating& rating) const;
    /// Newest first.
    Result<std::vector<Rating>> page(Transaction& tx, std::int64_t food_id, std::int64_t limit,
                                     std::int64_t offset) const;
    /// The stars it had; nothing when there is no such rating of that food.
    Result<std::optional<std::int64_t>> remove(Transaction& tx, std::int64_t food_id,
                                               std::int64_t id) const;
    /// All of a food that is no more.
    Status forget(Transaction& tx, std::int64_t food_id) const;
    /// Of each food that has ratings, by rising id.
    Result<std::vector<FoodStars>> sums(Transaction& tx) const;

private:
    const Statement insert_, page_, remove_, forget_, sums_;
};

/// What is kept about a person.
void add_personal_ratings(PersonalData& personal, const Setup& setup, Store& store);

}  // namespace kitchen::ratings
