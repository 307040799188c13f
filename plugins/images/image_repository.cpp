#include "image_repository.h"

#include <utility>

namespace kitchen::images {
namespace {

StoredImage image_of(const Row& row) {
    return {row.integer(0), row.string(1), row.string(2), row.integer(3), row.integer(4)};
}

ImageLink link_of(const Row& row) { return {row.integer(0), row.integer(1), row.string(2)}; }

}  // namespace

ImageRepository::ImageRepository(Store& store)
    : find_(store.prepare("SELECT id, name, blob, size, created_at FROM images WHERE name = $1")),
      keep_(store.prepare(
          "INSERT INTO images (name, blob, size, created_at, unused_since) "
          "VALUES ($1, $2, $3, $4, $4) ON CONFLICT (name) DO UPDATE SET unused_since = "
          "CASE WHEN images.unused_since IS NULL THEN NULL ELSE excluded.unused_since END "
          "RETURNING id, name, blob, size, created_at")),
      of_food_(store.prepare("SELECT food_id, image_id, name FROM food_images "
                             "JOIN images ON images.id = image_id WHERE food_id = $1")),
      use_(store.prepare("UPDATE images SET unused_since = NULL WHERE id = $1 "
                         "AND name IS NOT NULL RETURNING id")),
      link_(store.prepare("INSERT INTO food_images (food_id, image_id) VALUES ($1, $2) "
                          "ON CONFLICT (food_id) DO UPDATE SET image_id = excluded.image_id")),
      unlink_(store.prepare("DELETE FROM food_images WHERE food_id = $1")),
      release_(
          store.prepare("UPDATE images SET unused_since = $2 WHERE id = $1 "
                        "AND NOT EXISTS (SELECT 1 FROM food_images WHERE image_id = images.id)")),
      links_after_(store.prepare(
          "SELECT food_id, image_id, name FROM food_images JOIN images ON images.id = image_id "
          "WHERE food_id > $1 ORDER BY food_id LIMIT $2")),
      unused_(store.prepare("SELECT id, name, blob, size, created_at FROM images "
                            "WHERE unused_since <= $1 AND name IS NOT NULL")),
      begin_(store.prepare("UPDATE images SET name = NULL WHERE unused_since <= $1")),
      to_remove_(store.prepare("SELECT blob FROM images WHERE name IS NULL ORDER BY id LIMIT $1")),
      end_(store.prepare("DELETE FROM images WHERE name IS NULL AND blob = $1")),
      lost_(store.prepare("SELECT 'food ' || food_id FROM food_images JOIN images "
                          "ON images.id = image_id WHERE name IS NULL "
                          "OR unused_since IS NOT NULL ORDER BY food_id LIMIT 100")) {}

void ImageRepository::add_rules(Setup& setup) {
    setup.add_data_rule("An image that a food has is not taken for unused.", lost_);
}

Result<std::optional<StoredImage>> ImageRepository::find(Transaction& tx,
                                                         std::string_view name) const {
    return first_row(tx.query(find_, {name}), image_of);
}

Result<StoredImage> ImageRepository::keep(Transaction& tx, const StoredImage& image) const {
    Result<Rows> rows = tx.query(keep_, {image.name, image.blob, image.size, image.created_at});
    if (!rows) return std::move(rows).error();
    return image_of(rows->front());
}

Result<std::optional<ImageLink>> ImageRepository::of_food(Transaction& tx,
                                                          std::int64_t food_id) const {
    return first_row(tx.query(of_food_, {food_id}), link_of);
}

Result<bool> ImageRepository::give(Transaction& tx, std::int64_t food_id, std::int64_t image_id,
                                   std::int64_t now) const {
    const Result<std::optional<ImageLink>> before = of_food(tx, food_id);
    if (!before) return before.error();
    const Result<bool> is_there = any_row(tx.query(use_, {image_id}));
    if (!is_there || !*is_there) return is_there;
    if (Status done = tx.execute(link_, {food_id, image_id}); !done) return std::move(done).error();
    if (*before && (*before)->image_id != image_id)
        if (Status done = tx.execute(release_, {(*before)->image_id, now}); !done)
            return std::move(done).error();
    return true;
}

Status ImageRepository::take_away(Transaction& tx, const ImageLink& link, std::int64_t now) const {
    if (Status done = tx.execute(unlink_, {link.food_id}); !done) return done;
    return tx.execute(release_, {link.image_id, now});
}

Result<std::vector<ImageLink>> ImageRepository::links_after(Transaction& tx, std::int64_t food_id,
                                                            std::int64_t limit) const {
    Result<Rows> rows = tx.query(links_after_, {food_id, limit});
    if (!rows) return std::move(rows).error();
    std::vector<ImageLink> links;
    for (const Row row : *rows) links.push_back(link_of(row));
    return links;
}

Result<std::vector<StoredImage>> ImageRepository::unused(Transaction& tx,
                                                         std::int64_t unused_since) const {
    const Result<Rows> rows = tx.query(unused_, {unused_since});
    if (!rows) return rows.error();
    std::vector<StoredImage> images;
    for (const Row row : *rows) images.push_back(image_of(row));
    return images;
}

Status ImageRepository::begin_removal(Transaction& tx, std::int64_t unused_since) const {
    return tx.execute(begin_, {unused_since});
}

Result<std::vector<std::string>> ImageRepository::blobs_to_remove(Transaction& tx,
                                                                  std::int64_t limit) const {
    Result<Rows> rows = tx.query(to_remove_, {limit});
    if (!rows) return std::move(rows).error();
    std::vector<std::string> blobs;
    for (const Row row : *rows) blobs.push_back(row.string(0));
    return blobs;
}

Status ImageRepository::end_removal(Transaction& tx, std::string_view blob) const {
    return tx.execute(end_, {blob});
}

}  // namespace kitchen::images
