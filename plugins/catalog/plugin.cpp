// Wires the catalogue; the work is done elsewhere.
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "cache/answer_cache.h"
#include "case_folder.h"
#include "catalog_service.h"
#include "demo_menu.h"
#include "food_repository.h"
#include "food_routes.h"
#include "food_service.h"
#include "kitchen/clock.h"
#include "kitchen/plugin_v1.h"
#include "kitchen/store.h"
#include "migrations.gen.h"
#include "stock_repository.h"
#include "stock_routes.h"

namespace {

using namespace kitchen;

class CatalogPlugin final : public PluginV1 {
public:
    void configure(Setup& setup) override {
        currency_ = config_v1(setup).text("currency");
        if (currency_.size() != 3 ||
            currency_.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos)
            throw std::runtime_error("catalog.currency is '" + currency_ +
                                     "'; it must be an ISO 4217 code such as NGN");
        wants_demo_menu_ = config_v1(setup).boolean("demo_menu");
        if (config_v1(setup).boolean("cache.enabled")) {
            cache_options_.emplace();
            cache_options_->memory =
                static_cast<std::size_t>(config_v1(setup).bytes("cache.memory"));
            cache_options_->ttl = config_v1(setup).duration("cache.ttl");
            cache_options_->revalidate = config_v1(setup).duration("cache.revalidate");
            cache_is_shared_ = config_v1(setup).boolean("cache.shared");
        }
        setup.add_migrations(kitchen_migrations);
        catalog_.emplace(currency_);
        setup.provide<Catalog>(*catalog_);
        food_routes_.declare(setup);
        stock_routes_.declare(setup);
    }

    void start(Services& services) override {
        Store& store = services.get<Store>();
        const Clock& clock = services.get<Clock>();
        folder_ = std::make_unique<catalog::CaseFolder>();
        foods_ = std::make_unique<catalog::FoodRepository>(store, *folder_, currency_);
        stock_ = std::make_unique<catalog::StockRepository>(store);
        if (cache_options_)
            answers_ = std::make_unique<catalog::AnswerCache>(
                *cache_options_, clock, services.get<Random>(), services.get<Metrics>(),
                cache_is_shared_ ? services.find<Cache>() : nullptr);
        const auto changed = [this] {
            if (answers_) answers_->forget();
        };
        service_ = std::make_unique<catalog::FoodService>(store, clock, *folder_, *foods_, *stock_,
                                                          changed);
        catalog_->open(clock, *foods_, *stock_, changed);
        if (wants_demo_menu_) load_demo_menu(services);
        if (answers_) answers_->open();
    }

    void stop() override {
        if (answers_) answers_->close();
    }

private:
    void load_demo_menu(Services& services) {
        Store& store = services.get<Store>();
        const Clock& clock = services.get<Clock>();
        const Result<std::int64_t> added =
            catalog::load_demo_menu(store, clock, *folder_, *foods_, *stock_);
        if (!added)
            throw std::runtime_error("the demo menu could not be loaded: " + added.error().detail);
        if (*added > 0) services.log().info("demo menu loaded", {{"foods", *added}});
    }

    std::string currency_;
    bool wants_demo_menu_ = false;
    std::unique_ptr<catalog::CaseFolder> folder_;
    std::unique_ptr<catalog::FoodRepository> foods_;
    std::unique_ptr<catalog::StockRepository> stock_;
    std::optional<catalog::AnswerCacheOptions> cache_options_;  ///< nothing: no cache
    bool cache_is_shared_ = false;
    std::unique_ptr<catalog::AnswerCache> answers_;
    std::unique_ptr<catalog::FoodService> service_;
    std::optional<catalog::CatalogService> catalog_;
    catalog::FoodRoutes food_routes_{service_, answers_};
    catalog::StockRoutes stock_routes_{service_};
};

constexpr kitchen_need needs[] = {{"store/1", 0}, {"cache/1", 1}};
constexpr const char* provides[] = {"catalog/1"};
constexpr kitchen_config_key config_keys[] = {
    {"currency", KITCHEN_CONFIG_TEXT, "NGN", 0, nullptr, "ISO 4217 code of every price"},
    {"demo_menu", KITCHEN_CONFIG_BOOLEAN, "false", 0, nullptr,
     "fill a catalogue that has never had a food with a menu of Nigerian dishes"},
    {"cache.enabled", KITCHEN_CONFIG_BOOLEAN, "true", 0, nullptr,
     "answer public reads of the menu from memory"},
    {"cache.memory", KITCHEN_CONFIG_BYTES, "16MiB", 0, "64KiB..1GiB",
     "most memory for these answers"},
    {"cache.ttl", KITCHEN_CONFIG_DURATION, "30s", 0, "100ms..1h",
     "oldest that an answer may ever become"},
    {"cache.shared", KITCHEN_CONFIG_BOOLEAN, "true", 0, nullptr,
     "share answers, and the word of changes, with other replicas through cache/1"},
    {"cache.revalidate", KITCHEN_CONFIG_DURATION, "1s", 0, "0s..1h",
     "longest that a lost message of a change goes unnoticed; 0s: ask at each read"},
};

}  // namespace

KITCHEN_PLUGIN_V1(CatalogPlugin, {.id = "catalog",
                                  .version = "0.1.0",
                                  .summary = "The menu: foods, categories and stock",
                                  .needs = needs,
                                  .provides = provides,
                                  .config = config_keys})
