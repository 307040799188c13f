// A food as JSON: the table of its members, which responses, requests and columns have in common.
//
// Thread-safety: pure functions.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kitchen/catalog.h"
#include "kitchen/http/body.h"
#include "kitchen/result.h"

namespace kitchen {

void describe(http::BodyFields<SideRule>& field);
void describe(http::BodyFields<SideRules>& field);
/// "FoodInput", the body of POST and PUT; read_draft() reads it.
void describe(http::BodyFields<FoodDraft>& field);
/// "Food", the response.
void describe(http::BodyFields<Food>& field);

namespace catalog {

/// "FoodChange", the body of PATCH: every member optional.
http::Schema food_change_schema();

/// "7" as long as the food is as it became version 7, "7-3" after three moves of its count: an edit
/// of version 7 still is one then. What sets the count asks for this whole.
template <class T>
std::string count_tag_of(const T& food) {
    std::string tag = '"' + std::to_string(food.version);
    if (food.stock_moves > 0) tag += '-' + std::to_string(food.stock_moves);
    return tag + '"';
}

/// With the ratings that the food shows, "7-3-r2.450": neither an edit nor a new count becomes
/// stale by them, but a cached copy does.
template <class T>
std::string etag_of(const T& food) {
    std::string tag = count_tag_of(food);
    if (food.rating_count > 0)
        tag.insert(tag.size() - 1, "-r" + std::to_string(food.rating_count) + '.' +
                                       std::to_string(std::llround(food.rating_average * 100)));
    return tag;
}

/// Reads a body of POST, PUT or PATCH over what the draft is. A kind of side that it names is
/// replaced whole.
void read_draft(const Json& body, FoodDraft& draft);

/// A column that holds just the JSON which responses show of T.
template <class T>
struct StoredJson {
    std::string_view text;

    static http::Schema schema() { return http::schema_of<T>(); }
    void write(JsonWriter& out) const { out.raw(text); }
    /// Error: corrupt, when it holds something else.
    Status read(const char* column, T& value) const;
};

/// What texts of StoredJson<T> mean, each read once: the foods of a menu share a few, and to read
/// one takes as long as all other columns together. At most 1,000, of up to 4 KiB. Thread-safe.
template <class T>
class ReadTexts {
public:
    Status read(std::string_view text, const char* column, T& value) const;

private:
    mutable std::shared_mutex mutex_;
    mutable std::map<std::string, T, std::less<>> read_;
};

/// Foods as JSON, each written once for as long as nothing about it changes: to compare one with
/// what was written last is cheaper than to write it. At most 1,000. Thread-safe.
class WrittenFoods {
public:
    void write(JsonWriter& out, const Food& food) const;

private:
    struct Written {
        Food food;
        std::string json;
    };
    mutable std::shared_mutex mutex_;
    mutable std::unordered_map<std::int64_t, Written> written_;  ///< by id
};

/// A food as it is about to be written: views into a row of the table, which must outlive it. To
/// make a Food of the row and write that takes six times as long.
struct FoodView {
    std::int64_t id = 0;
    std::string_view name, description;
    std::int64_t price = 0;
    std::string_view currency;
    std::optional<std::string_view> image_url;
    std::string_view category;
    std::optional<std::int64_t> available_quantity;
    bool is_available = true;
    StoredJson<std::vector<std::string>> tags;
    StoredJson<SideRules> side_rules;
    std::int64_t rating_count = 0;
    double rating_average = 0;
    std::int64_t version = 0, stock_moves = 0;
    std::int64_t created_at = 0, updated_at = 0;

    static void describe(http::BodyFields<FoodView>& field);
};

}  // namespace catalog
}  // namespace kitchen
