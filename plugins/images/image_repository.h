// The tables of this plugin: images, and which food has which.
//
// An image is unused from the moment its row is there until a food has it, and again from when the
// last food has another. Its blob has a name that is never used again, so that removing one cannot
// meet a new upload of the same picture.
//
// Errors: the store's. Thread-safety: all calls, from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/plugin.h"
#include "kitchen/store.h"

namespace kitchen::images {

/// For Route::changes(): the image of a food.
inline constexpr std::string_view food_image_row =
    "SELECT food_images.food_id, images.name, images.size, images.created_at FROM food_images "
    "JOIN images ON images.id = food_images.image_id WHERE food_images.food_id = $1";

struct StoredImage {
    std::int64_t id = 0;
    std::string name;  ///< "<SHA-256>.jpg"
    std::string blob;
    std::int64_t size = 0;
    std::int64_t created_at = 0;  ///< POSIX milliseconds
};

struct ImageLink {
    std::int64_t food_id = 0, image_id = 0;
    std::string name;
};

class ImageRepository {
public:
    explicit ImageRepository(Store& store);

    void add_rules(Setup& setup);

    Result<std::optional<StoredImage>> find(Transaction& tx, std::string_view name) const;
    /// The image of that name as it is stored already, else `image`; in either case as new when no
    /// food has it.
    Result<StoredImage> keep(Transaction& tx, const StoredImage& image) const;

    Result<std::optional<ImageLink>> of_food(Transaction& tx, std::int64_t food_id) const;
    /// False when the image is being removed.
    Result<bool> give(Transaction& tx, std::int64_t food_id, std::int64_t image_id,
                      std::int64_t now) const;
    Status take_away(Transaction& tx, const ImageLink& link, std::int64_t now) const;
    /// By rising id of the food, those after that one.
    Result<std::vector<ImageLink>> links_after(Transaction& tx, std::int64_t food_id,
                                               std::int64_t limit) const;

    /// Unused since then or longer, and still found.
    Result<std::vector<StoredImage>> unused(Transaction& tx, std::int64_t unused_since) const;
    /// Those are not found any more.
    Status begin_removal(Transaction& tx, std::int64_t unused_since) const;
    /// Blobs of images that are not found any more.
    Result<std::vector<std::string>> blobs_to_remove(Transaction& tx, std::int64_t limit) const;
    Status end_removal(Transaction& tx, std::string_view blob) const;

private:
    const Statement find_, keep_, of_food_, use_, link_, unlink_, release_, links_after_, unused_,
        begin_, to_remove_, end_, lost_;
};

}  // namespace kitchen::images
