// The plugin `cart`: what a customer is about to buy.
#include "kitchen/plugin_v1.h"

#include <memory>

#include "cart_routes.h"
#include "cart_service.h"
#include "migrations.gen.h"

namespace kitchen::cart {
namespace {

/// What is published before there is a store: hands on to the service that start() builds.
class PublishedCarts final : public Carts {
public:
    void serve(Carts& carts) { carts_ = &carts; }
    Result<CartContents> read(Transaction& tx, std::int64_t user_id) override {
        return carts_->read(tx, user_id);
    }
    Result<CartContents> take(Transaction& tx, std::int64_t user_id) override {
        return carts_->take(tx, user_id);
    }

private:
    Carts* carts_ = nullptr;
};

class CartPlugin final : public PluginV1 {
public:
    void configure(Setup& setup) override {
        limits_.max_line_quantity = config_v1(setup).integer("max_line_quantity");
        limits_.max_lines = config_v1(setup).integer("max_lines");
        setup.add_migrations(kitchen_migrations);
        setup.provide<Carts>(published_);
        routes_.declare(setup);
    }

    void start(Services& services) override {
        auto& catalog = services.get<Catalog>();
        service_ = std::make_unique<CartService>(services.get<Store>(), catalog,
                                                 services.get<Clock>(), limits_);
        published_.serve(*service_);
        routes_.serve(*service_, catalog);
    }

private:
    CartLimits limits_;
    PublishedCarts published_;
    CartRoutes routes_;
    std::unique_ptr<CartService> service_;
};

constexpr kitchen_need needs[] = {{"store/1", 0}, {"catalog/1", 0}};
constexpr const char* provides[] = {"cart/1"};
constexpr kitchen_config_key config_keys[] = {
    {"max_line_quantity", KITCHEN_CONFIG_INTEGER, "10000", 0, "99..100000",
     "Most portions of one item, added by any number of requests"},
    {"max_lines", KITCHEN_CONFIG_INTEGER, "100", 0, "1..1000", "Most different items in one cart"},
};

}  // namespace
}  // namespace kitchen::cart

KITCHEN_PLUGIN_V1(kitchen::cart::CartPlugin,
                  {.id = "cart",
                   .version = "1.0.0",
                   .summary = "Carts: foods with their sides, at today's prices",
                   .needs = kitchen::cart::needs,
                   .provides = kitchen::cart::provides,
                   .config = kitchen::cart::config_keys})
