// The plugin `images`: images of foods.
#include "kitchen/plugin.h"

#include "image_routes.h"
#include "migrations.gen.h"

namespace kitchen::images {
namespace {

struct ImageSettings : ImageOptions {
    Bytes max_bytes = mebibytes(5);
    std::chrono::seconds sweep_interval = std::chrono::hours(1);

    static void describe(Fields<ImageSettings>& field) {
        using namespace std::chrono_literals;
        using S = ImageSettings;
        field("max_bytes", &S::max_bytes,
              "Most bytes of an upload; one takes twice as much memory while it is looked at")
            .between(kibibytes(1), mebibytes(32));
        field("max_pixels", &S::max_pixels, "Most pixels of an image, width times height")
            .between(1, 200'000'000);
        field("keep_unused", &S::keep_unused,
              "How long an image that no food has any more can still be read")
            .between(1min, 24h * 365);
        field("sweep_interval", &S::sweep_interval, "How often such images are looked for")
            .between(1s, 24h);
    }
};

class ImagesPlugin final : public Plugin {
public:
    using Settings = ImageSettings;

    ImagesPlugin(const ImageSettings& settings, Setup& setup, Store& store, Blobs& blobs,
                 Catalog& catalog, FoodEdits& foods, const Clock& clock, Random& random)
        : log_(setup.log()),
          service_(settings, store, blobs, catalog, foods, clock, random, log_),
          routes_(setup, service_, static_cast<std::size_t>(settings.max_bytes.count)) {
        setup.add_migrations(kitchen_migrations);
        service_.add_rules(setup);
        setup.add_periodic("images: remove what is unused", settings.sweep_interval,
                           [this] { sweep(); }, {.queue = "images", .once_per_cluster = true});
    }

private:
    void sweep() {
        const Result<std::int64_t> removed = service_.sweep();
        if (!removed)
            log_.warn("unused images could not be removed",
                      {{"code", removed.error().code}, {"reason", removed.error().subject}});
        else if (*removed > 0)
            log_.info("unused images removed", {{"images", *removed}});
    }

    Logger& log_;
    ImageService service_;
    const ImageRoutes routes_;
};

}  // namespace
}  // namespace kitchen::images

KITCHEN_PLUGIN(kitchen::images::ImagesPlugin, "images", "1.0.0", "Images of foods", kitchen::Store,
               kitchen::Blobs, kitchen::Catalog, kitchen::FoodEdits, kitchen::Clock,
               kitchen::Random)
