#include "image_service.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kitchen/bytes.h"

namespace kitchen::images {
namespace {

constexpr std::int64_t links_at_once = 100, removals_at_once = 1000;

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                       bytes.size());
    std::string text;
    for (const unsigned char byte : hash) append_hex(text, byte);
    return text;
}

Error lost_upload() {
    return Error(Errc::unavailable, "upload_lost",
                 "The upload could not be read or written on the server. Try again later.");
}

Result<std::string> bytes_of(const std::filesystem::path& file) {
    std::error_code failure;
    const std::uintmax_t size = std::filesystem::file_size(file, failure);
    if (failure) return lost_upload();
    std::string bytes(size, '\0');
    std::ifstream upload(file, std::ios::binary);
    if (!upload.read(bytes.data(), std::ssize(bytes))) return lost_upload();
    return bytes;
}

Error no_image(const std::string& of) {
    return Error(Errc::not_found, "image_not_found", "There is no image " + of + ".");
}

/// Whether the food still shows that image, at whatever address the server had.
bool shows(const FoodDraft& food, std::string_view name) {
    return food.image_url && food.image_url->ends_with('/' + std::string(name));
}

}  // namespace

ImageService::ImageService(const ImageOptions& options, Store& store, Blobs& blobs,
                           Catalog& catalog, FoodEdits& foods, const Clock& clock, Random& random,
                           Logger& log)
    : options_(options),
      store_(store),
      blobs_(blobs),
      catalog_(catalog),
      foods_(foods),
      clock_(clock),
      random_(random),
      log_(log),
      images_(store) {}

Result<AddedImage> ImageService::add(std::int64_t food_id, const std::filesystem::path& file,
                                     std::string_view url_before_name, const VersionCheck& check,
                                     std::int64_t by_user) {
    const Result<std::string> upload = bytes_of(file);
    if (!upload) return upload.error();
    const Result<Picture> picture = read_picture(*upload, options_.max_pixels);
    if (!picture) return picture.error();
    std::ofstream rewritten(file, std::ios::binary | std::ios::trunc);
    rewritten << picture->bytes << std::flush;
    if (!rewritten) return lost_upload();

    const std::string digest = sha256(picture->bytes), dot = '.' + std::string(picture->extension);
    const StoredImage wanted{0, digest + dot, "image-" + digest + '-' + random_.hex(8) + dot,
                             std::ssize(picture->bytes), now()};
    // The row comes first, and with it the food is looked at: what is refused leaves no blob.
    const Result<StoredImage> kept =
        store_.transact<StoredImage>([&](Transaction& tx) -> Result<StoredImage> {
            const Result<Food> food = foods_.edit(
                tx, food_id, [](FoodDraft&) {}, check, by_user);
            if (!food) return food.error();
            return images_.keep(tx, wanted);
        });
    if (!kept) return kept.error();
    if (Status put = blobs_.put(kept->blob, file); !put) return std::move(put).error();
    return store_.transact<AddedImage>([&](Transaction& tx) -> Result<AddedImage> {
        const std::string url = std::string(url_before_name) + kept->name;
        const Result<Food> food = foods_.edit(
            tx, food_id, [&](FoodDraft& draft) { draft.image_url = url; }, check, by_user);
        if (!food) return food.error();
        const Result<bool> given = images_.give(tx, food_id, kept->id, now());
        if (!given) return given.error();
        if (!*given)
            return Error(Errc::unavailable, "upload_too_slow",
                         "The upload took so long that its image was removed. Try again.");
        return AddedImage{food_id, url, picture->width, picture->height, kept->size, food->version};
    });
}

Status ImageService::remove(std::int64_t food_id, const VersionCheck& check, std::int64_t by_user) {
    return store_.transact([&](Transaction& tx) -> Status {
        const Result<std::optional<ImageLink>> found = images_.of_food(tx, food_id);
        if (!found) return found.error();
        const std::optional<ImageLink>& link = *found;
        const Result<Food> food = foods_.edit(
            tx, food_id,
            [&](FoodDraft& draft) {
                if (link && shows(draft, link->name)) draft.image_url.reset();
            },
            check, by_user);
        if (!food) return food.error();
        if (!link) return no_image("that was uploaded for food " + std::to_string(food_id));
        return images_.take_away(tx, *link, now());
    });
}

Result<StoredImage> ImageService::find(std::string_view name) const {
    Result<std::optional<StoredImage>> found = store_.read<std::optional<StoredImage>>(
        [&](Transaction& tx) { return images_.find(tx, name); });
    if (!found) return std::move(found).error();
    if (!*found) return no_image("of that name");
    return **std::move(found);
}

Result<std::shared_ptr<const http::FileBody>> ImageService::open(const StoredImage& image,
                                                                 BlobRange part) {
    auto opened = blobs_.open(image.blob, part);
    const bool is_whole = opened && (*opened)->length() == part.most;
    if (is_whole || (!opened && opened.error().kind == Errc::unavailable)) return opened;
    // Another request removed or changed it.
    log_.error("an image is not as it was stored", {{"image", image.name}, {"blob", image.blob}});
    return no_image("of that name");
}

Status ImageService::let_go() {
    for (std::int64_t last = 0;;) {
        std::size_t seen = 0;
        std::int64_t reached = last;
        const Status done = store_.transact([&](Transaction& tx) -> Status {
            const Result<std::vector<ImageLink>> links =
                images_.links_after(tx, last, links_at_once);
            if (!links) return links.error();
            seen = links->size();
            if (links->empty()) return {};
            reached = links->back().food_id;
            std::vector<std::int64_t> ids;
            for (const ImageLink& link : *links) ids.push_back(link.food_id);
            const Result<std::vector<Food>> foods = catalog_.foods(tx, ids);
            if (!foods) return foods.error();
            for (const ImageLink& link : *links) {
                const bool is_shown =
                    std::any_of(foods->begin(), foods->end(), [&](const Food& food) {
                        return food.id == link.food_id && !food.deleted && shows(food, link.name);
                    });
                if (is_shown) continue;
                if (Status gone = images_.take_away(tx, link, now()); !gone) return gone;
            }
            return {};
        });
        if (!done) return done;
        if (seen < static_cast<std::size_t>(links_at_once)) return {};
        last = reached;
    }
}

Status ImageService::keep_shown(Transaction& tx, std::int64_t unused_since) {
    const Result<std::vector<StoredImage>> unused = images_.unused(tx, unused_since);
    if (!unused) return unused.error();
    if (unused->empty()) return {};
    std::unordered_map<std::string_view, std::int64_t> ids;
    for (const StoredImage& image : *unused) ids.emplace(image.name, image.id);
    for (std::int64_t last = 0;;) {
        const Result<std::vector<Food>> foods = foods_.foods_after(tx, last, links_at_once);
        if (!foods) return foods.error();
        if (foods->empty()) return {};
        last = foods->back().id;
        for (const Food& food : *foods) {
            if (!food.image_url) continue;
            const std::string_view url = *food.image_url;
            const auto shown = ids.find(url.substr(url.rfind('/') + 1));
            if (shown == ids.end()) continue;
            if (const auto given = images_.give(tx, food.id, shown->second, now()); !given)
                return given.error();
        }
    }
}

Result<std::int64_t> ImageService::sweep() {
    if (Status done = let_go(); !done) return std::move(done).error();
    const std::int64_t limit = now() - std::chrono::milliseconds(options_.keep_unused).count();
    const Result<std::vector<std::string>> blobs = store_.transact<std::vector<std::string>>(
        [&](Transaction& tx) -> Result<std::vector<std::string>> {
            if (Status kept = keep_shown(tx, limit); !kept) return std::move(kept).error();
            if (Status begun = images_.begin_removal(tx, limit); !begun)
                return std::move(begun).error();
            return images_.blobs_to_remove(tx, removals_at_once);
        });
    if (!blobs) return blobs.error();
    std::int64_t removed = 0;
    for (const std::string& blob : *blobs) {
        if (Status gone = blobs_.remove(blob); !gone) return std::move(gone).error();
        const Status done =
            store_.transact([&](Transaction& tx) { return images_.end_removal(tx, blob); });
        if (!done) return done.error();
        ++removed;
    }
    return removed;
}

}  // namespace kitchen::images
