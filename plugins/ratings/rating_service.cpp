#include "rating_service.h"

#include <array>
#include <map>
#include <utility>

namespace kitchen::ratings {

RatingService::RatingService(Store& store, Catalog& catalog, FoodEdits& foods, Orders& orders,
                             const Clock& clock)
    : store_(store),
      catalog_(catalog),
      foods_(foods),
      orders_(orders),
      clock_(clock),
      ratings_(store) {}

Result<Rating> RatingService::add(std::int64_t food_id, std::int64_t user_id, std::int64_t stars,
                                  const std::string& comment) {
    return store_.transact<Rating>([&](Transaction& tx) -> Result<Rating> {
        const Result<Food> rated = food(tx, food_id);
        if (!rated) return rated.error();
        const Result<std::optional<std::int64_t>> order =
            orders_.completed_with(tx, user_id, food_id);
        if (!order) return order.error();
        if (!*order)
            return Error(Errc::conflict, "not_bought",
                         "You can rate '" + rated->name +
                             "' once an order of yours that holds it is completed.");
        Rating rating;
        rating.stars = stars;
        rating.comment = comment;
        rating.created_at = rating.updated_at = to_millis(clock_.now());
        if (Status kept = ratings_.insert(tx, food_id, {user_id, **order}, rating); !kept) {
            if (!kept.error().is_unique("food_ratings_one_each")) return std::move(kept).error();
            return Error(Errc::conflict, "already_rated",
                         "You have rated '" + rated->name +
                             "' before, and each customer rates a food once. To have your rating "
                             "taken back, ask the restaurant.");
        }
        if (Status added = foods_.rate(tx, {food_id, 1, stars}); !added)
            return std::move(added).error();
        return rating;
    });
}

Result<RatingPage> RatingService::list(std::int64_t food_id, std::int64_t limit,
                                       std::int64_t offset) const {
    const auto read = [&](Transaction& tx) -> Result<RatingPage> {
        const Result<Food> rated = food(tx, food_id);
        if (!rated) return rated.error();
        Result<std::vector<Rating>> page = ratings_.page(tx, food_id, limit, offset);
        if (!page) return std::move(page).error();
        // Counting a food's ratings would read them all.
        return RatingPage{*std::move(page), rated->rating_count};
    };
    return store_.read<RatingPage>(read, Staleness::bounded);
}

Status RatingService::remove(std::int64_t food_id, std::int64_t id) {
    return store_.transact([&](Transaction& tx) -> Status {
        const Result<std::optional<std::int64_t>> stars = ratings_.remove(tx, food_id, id);
        if (!stars) return stars.error();
        if (!*stars)
            return Error(
                Errc::not_found, "rating_not_found",
                "Food " + std::to_string(food_id) + " has no rating " + std::to_string(id) + ".");
        return foods_.rate(tx, {food_id, -1, -**stars});
    });
}

void RatingService::add_rules(Setup& setup) {
    using Broken = std::vector<std::string>;
    setup.add_data_rule("a food's count and average are those of its ratings",
                        [this](Transaction& tx) -> Result<Broken> {
                            const Result<std::vector<FoodStars>> here = ratings_.sums(tx),
                                                                 shown = foods_.rated(tx);
                            if (!here) return here.error();
                            if (!shown) return shown.error();
                            std::map<std::int64_t, std::array<std::int64_t, 2>> differences;
                            for (const FoodStars& sum : *here)
                                differences[sum.food_id] = {sum.ratings, sum.stars};
                            for (const FoodStars& sum : *shown) {
                                auto& [ratings, stars] = differences[sum.food_id];
                                ratings -= sum.ratings;
                                stars -= sum.stars;
                            }
                            std::erase_if(differences, [](const auto& difference) {
                                return difference.second == std::array<std::int64_t, 2>{};
                            });
                            std::vector<std::int64_t> ids;
                            ids.reserve(differences.size());
                            for (const auto& difference : differences)
                                ids.push_back(difference.first);
                            // Of one that was purged no ratings are shown.
                            const Result<std::vector<Food>> differing = catalog_.foods(tx, ids);
                            if (!differing) return differing.error();
                            Broken broken;
                            for (const Food& food : *differing)
                                broken.push_back("food " + std::to_string(food.id));
                            return broken;
                        });

    using Kept = std::vector<Setup::KeptRows>;
    const std::string id(setup.plugin_id());
    setup.add_kept_rows(
        [this, id](Transaction& tx, std::string_view plugin) -> Result<Kept> {
            if (plugin != id) return Kept();
            const Result<std::vector<FoodStars>> shown = foods_.rated(tx);
            if (!shown) return shown.error();
            return Kept{{"foods that show their ratings", std::ssize(*shown)}};
        },
        [this, id](Transaction& tx, std::string_view plugin) -> Status {
            if (plugin != id) return {};
            const Result<std::vector<FoodStars>> shown = foods_.rated(tx);
            if (!shown) return shown.error();
            for (const FoodStars& sum : *shown)
                if (Status taken = foods_.rate(tx, {sum.food_id, -sum.ratings, -sum.stars}); !taken)
                    return taken;
            return {};
        });
}

Result<Food> RatingService::food(Transaction& tx, std::int64_t id) const {
    Result<std::vector<Food>> found = catalog_.foods(tx, std::array{id});
    if (!found) return std::move(found).error();
    if (found->empty() || found->front().deleted)
        return Error(Errc::not_found, "food_not_found",
                     "There is no food " + std::to_string(id) + " on the menu.");
    return std::move(found->front());
}

}  // namespace kitchen::ratings
