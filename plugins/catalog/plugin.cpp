// Wires the catalogue; the work is done elsewhere.
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "case_folder.h"
#include "catalog_service.h"
#include "demo_menu.h"
#include "food_repository.h"
#include "food_routes.h"
#include "food_service.h"
#include "kitchen/clock.h"
#include "kitchen/plugin.h"
#include "kitchen/store.h"
#include "migrations.gen.h"
#include "stock_repository.h"
#include "stock_routes.h"

namespace {

using namespace kitchen;

class CatalogPlugin final : public Plugin {
public:
    void configure(Setup& setup) override {
        currency_ = setup.config().text("currency");
        if (currency_.size() != 3 || currency_.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos)
            throw std::runtime_error("catalog.currency is '" + currency_ + "'; it must be an ISO 4217 code such as NGN");
        wants_demo_menu_ = setup.config().boolean("demo_menu");
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
        service_ = std::make_unique<catalog::FoodService>(store, clock, *folder_, *foods_, *stock_);
        catalog_->open(clock, *foods_, *stock_);

        if (!wants_demo_menu_) return;
        const Result<std::int64_t> added = catalog::load_demo_menu(store, clock, *folder_, *foods_, *stock_);
        if (!added) throw std::runtime_error("the demo menu could not be loaded: " + added.error().detail);
        if (*added > 0) services.log().info("demo menu loaded", {{"foods", *added}});
    }

private:
    std::string currency_;
    bool wants_demo_menu_ = false;
    std::unique_ptr<catalog::CaseFolder> folder_;
    std::unique_ptr<catalog::FoodRepository> foods_;
    std::unique_ptr<catalog::StockRepository> stock_;
    std::unique_ptr<catalog::FoodService> service_;
    std::optional<catalog::CatalogService> catalog_;
    catalog::FoodRoutes food_routes_{service_};
    catalog::StockRoutes stock_routes_{service_};
};

constexpr kitchen_need needs[] = {{"store/1", 0}};
constexpr const char* provides[] = {"catalog/1"};
constexpr kitchen_config_key config_keys[] = {
    {"currency", KITCHEN_CONFIG_TEXT, "NGN", 0, nullptr, "ISO 4217 code of every price"},
    {"demo_menu", KITCHEN_CONFIG_BOOLEAN, "false", 0, nullptr,
     "fill a catalogue that has never had a food with a menu of Nigerian dishes"},
};

}  // namespace

KITCHEN_PLUGIN(CatalogPlugin, {.id = "catalog",
                               .version = "0.1.0",
                               .summary = "The menu: foods, categories and stock",
                               .needs = needs,
                               .provides = provides,
                               .config = config_keys})
