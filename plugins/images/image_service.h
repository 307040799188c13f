// Images of foods. Knows nothing of HTTP.
//
// An image is one file in blob/1 and one row, with the SHA-256 of its bytes as its name: what is at
// a name never changes. A food has one image or none; several foods may have the same. What no food
// has is kept for a while, as pages that were made before may still show it, and removed by
// sweep().
//
// Errors beside those of the store and of blob/1: not_found "food_not_found", "image_not_found".
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "formats/picture.h"
#include "image_repository.h"
#include "kitchen/blobs.h"
#include "kitchen/clock.h"
#include "kitchen/food_edits.h"
#include "kitchen/log.h"
#include "kitchen/random.h"

namespace kitchen::images {

struct ImageOptions {
    std::int64_t max_pixels = 40'000'000;
    std::chrono::seconds keep_unused = std::chrono::hours(24);
};

/// What was uploaded.
struct AddedImage {
    std::int64_t food_id = 0;
    std::string image_url;
    std::int64_t width = 0, height = 0, size = 0;
    std::int64_t version = 0;  ///< of the food
};

class ImageService {
public:
    /// All must live longer.
    ImageService(const ImageOptions& options, Store& store, Blobs& blobs, Catalog& catalog,
                 FoodEdits& foods, const Clock& clock, Random& random, Logger& log);

    /// Gives the food the picture in `file`, which is overwritten. `url_before_name` is what the
    /// image's name follows in the food's image_url. Errors: those of read_picture() and
    /// FoodEdits::edit() too.
    Result<AddedImage> add(std::int64_t food_id, const std::filesystem::path& file,
                           std::string_view url_before_name, const VersionCheck& check,
                           std::int64_t by_user);
    /// The food is without its image.
    Status remove(std::int64_t food_id, const VersionCheck& check, std::int64_t by_user);

    Result<StoredImage> find(std::string_view name) const;
    Result<std::shared_ptr<const http::FileBody>> open(const StoredImage& image, BlobRange part);

    /// Removes what has been unused for long enough; how many images that were.
    Result<std::int64_t> sweep();

    void add_rules(Setup& setup) { images_.add_rules(setup); }

private:
    /// Images of foods that were deleted, or that have another image_url now, are unused.
    Status let_go();
    /// Of the images that have been unused since then or longer, those whose address a food on the
    /// menu has got again, or another one has got as well, are its image.
    Status keep_shown(Transaction& tx, std::int64_t unused_since);
    std::int64_t now() const { return to_millis(clock_.now()); }

    const ImageOptions options_;
    Store& store_;
    Blobs& blobs_;
    Catalog& catalog_;
    FoodEdits& foods_;
    const Clock& clock_;
    Random& random_;
    Logger& log_;
    ImageRepository images_;
};

}  // namespace kitchen::images
