// The plugin `catalog`: the menu.
#include "kitchen/plugin.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "cache/response_cache.h"
#include "catalog_service.h"
#include "demo_menu.h"
#include "currency.h"
#include "food_routes.h"
#include "kitchen/money.h"
#include "migrations.gen.h"
#include "stock_routes.h"
#include "zone.h"

namespace kitchen::catalog {
namespace {

struct CacheSettings {
    bool enabled = true;
    Bytes memory{static_cast<std::int64_t>(ResponseCacheOptions().memory)};
    std::chrono::milliseconds ttl = ResponseCacheOptions().ttl;
    bool shared = true;
    std::chrono::milliseconds revalidate = ResponseCacheOptions().revalidate;

    static void describe(Fields<CacheSettings>& field) {
        using namespace std::chrono_literals;
        using S = CacheSettings;
        field("enabled", &S::enabled, "Serve public reads of the menu from memory");
        field(
            "memory", &S::memory,
            "Most memory for these responses, with what it costs to keep them; also the most that "
            "a replica writes to the shared cache in half of cache.ttl")
            .between(kibibytes(64), gibibytes(1));
        field("ttl", &S::ttl, "Oldest that a response may ever become, whatever fails")
            .between(100ms, 1h);
        field("shared", &S::shared,
              "Share responses, and the news of changes, with other replicas through cache/1; "
              "without it each learns of the others' changes after cache.ttl only");
        field("revalidate", &S::revalidate,
              "Longest that a lost message of a change goes unnoticed; 0s: ask at each read")
            .between(0s, 1h);
    }
};

struct CatalogSettings {
    std::string currency = "NGN";
    std::string time_zone = "Africa/Lagos";
    bool demo_menu = false;
    std::int64_t low_stock = 5;
    std::chrono::milliseconds purge_deleted_after{0};
    CacheSettings cache;

    static void describe(Fields<CatalogSettings>& field) {
        field("currency", &CatalogSettings::currency,
              "ISO 4217 code of every price; prices are integers in its minor unit");
        field("time_zone", &CatalogSettings::time_zone,
              "Time zone in which people are told times, by its IANA name");
        field("demo_menu", &CatalogSettings::demo_menu,
              "Fill a catalogue that has never had a food with some fifty Nigerian dishes, once");
        field("low_stock", &CatalogSettings::low_stock,
              "A counted food runs low, as food.changed/1 says, when so many portions are left")
            .between(0, 1'000'000);
        field("purge_deleted_after", &CatalogSettings::purge_deleted_after,
              "How long a deleted food can be restored; then it goes for good, with its stock "
              "journal. 0s: never")
            .between(std::chrono::hours(0), std::chrono::hours(24 * 3650));
        field.group("cache", &CatalogSettings::cache);
    }
    static void check(const CatalogSettings& settings, Problems& problems) {
        if (!currency_decimals(settings.currency))
            problems.at(settings.currency,
                        "is no currency of ISO 4217; write a code such as NGN, in capitals");
        if (const auto zone = Zone::find(settings.time_zone); !zone)
            problems.at(settings.time_zone, zone.error().detail);
    }
};

std::unique_ptr<ResponseCache> cache_of(const CacheSettings& settings, Cache* cache,
                                        const Clock& clock, Random& random, Metrics& metrics) {
    if (!settings.enabled) return nullptr;
    const ResponseCacheOptions options{static_cast<std::size_t>(settings.memory.count),
                                       settings.ttl, settings.revalidate};
    return std::make_unique<ResponseCache>(options, clock, random, metrics,
                                           settings.shared ? cache : nullptr);
}

class CatalogPlugin final : public Plugin {
public:
    using Settings = CatalogSettings;

    CatalogPlugin(const CatalogSettings& settings, Setup& setup, Store& store, Cache* cache,
                  Events* events, const Clock& clock, Random& random, Metrics& metrics)
        : store_(store),
          clock_(clock),
          log_(setup.log()),
          wants_demo_menu_(settings.demo_menu),
          foods_(store, settings.currency),
          stock_(store),
          responses_(cache_of(settings.cache, cache, clock, random, metrics)),
          changes_(
              events, [this] { forget(); }, settings.low_stock),
          menu_(store, clock, foods_, stock_, changes_),
          catalog_(clock, foods_, stock_, changes_, settings.time_zone),
          food_routes_(setup, menu_, responses_.get()),
          stock_routes_(setup, menu_) {
        setup.add_migrations(kitchen_migrations);
        setup.provide<Catalog>(catalog_);
        setup.add_command(convert_command(store, foods_, clock));
        setup.provide<FoodEdits>(menu_);
        if (events) events->declare<FoodChanged>(setup);
        add_stock_rules(setup, store);
        foods_.counts().add_rules(setup);
        setup.add_periodic("catalog: count the menu again", std::chrono::hours(1),
                           [this] { mend_counts(); }, {.once_per_cluster = true});
        if (const auto age = settings.purge_deleted_after; age.count() > 0)
            setup.add_periodic("catalog: purge deleted foods",
                               std::clamp<std::chrono::milliseconds>(age, std::chrono::seconds(1),
                                                                     std::chrono::hours(1)),
                               [this, age] { purge(age); }, {.once_per_cluster = true});
    }

    void start() override {
        if (const Status same = remember_currency(store_, foods_, to_millis(clock_.now())); !same)
            throw std::runtime_error(same.error().detail);
        write_keys();
        if (wants_demo_menu_) load_demo();
        if (responses_) responses_->open();
    }
    void stop() override {
        if (responses_) responses_->close();
    }

private:
    void forget() {
        if (responses_) responses_->forget();
    }
    /// What was written past this version of the plugin is not counted.
    void mend_counts() {
        const Result<std::int64_t> mended = foods_.counts().mend(store_);
        if (!mended)
            log_.error("the menu could not be counted", {{"error", mended.error().detail}});
        else if (*mended > 0) {
            log_.warn("counts of the menu were wrong and have been mended", {{"rows", *mended}});
            forget();
        }
    }
    void purge(std::chrono::milliseconds age) {
        const Result<std::int64_t> purged = menu_.purge(clock_.now() - age);
        if (!purged)
            log_.error("deleted foods could not be purged", {{"error", purged.error().detail}});
        else if (*purged > 0)
            log_.info("deleted foods purged", {{"foods", *purged}});
    }
    /// Once in the life of a database that an older version, which compared texts otherwise, has
    /// written.
    void write_keys() {
        const Result<std::int64_t> written =
            store_.transact<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
                const Result<bool> first =
                    foods_.reach_milestone(tx, "keys without marks", to_millis(clock_.now()));
                if (!first) return first.error();
                return *first ? foods_.write_keys(tx) : Result<std::int64_t>(0);
            });
        if (!written)
            throw std::runtime_error("the menu could not be made searchable: " +
                                     written.error().detail);
        if (*written > 0) log_.info("menu made searchable without accents", {{"foods", *written}});
    }
    void load_demo() {
        const Result<std::int64_t> added = load_demo_menu(store_, clock_, foods_, stock_, changes_);
        if (!added)
            throw std::runtime_error("the demo menu could not be loaded: " + added.error().detail);
        if (*added > 0) log_.info("demo menu loaded", {{"foods", *added}});
    }

    Store& store_;
    const Clock& clock_;
    Logger& log_;
    const bool wants_demo_menu_;
    const FoodRepository foods_;
    const StockRepository stock_;
    const std::unique_ptr<ResponseCache> responses_;  ///< none when it is switched off
    const MenuChanges changes_;
    FoodService menu_;
    CatalogService catalog_;
    FoodRoutes food_routes_;
    StockRoutes stock_routes_;
};

}  // namespace
}  // namespace kitchen::catalog

KITCHEN_PLUGIN(kitchen::catalog::CatalogPlugin, "catalog", "1.0.0",
               "The menu: foods, categories and stock", kitchen::Store,
               kitchen::Optional<kitchen::Cache>, kitchen::Optional<kitchen::Events>,
               kitchen::Clock, kitchen::Random, kitchen::Metrics,
               kitchen::Provides<kitchen::Catalog>, kitchen::Provides<kitchen::FoodEdits>)
