#include "kitchen/plugin.h"

#include <stdexcept>

#include "postgres_store.h"

namespace {

using namespace kitchen;

class PostgresPlugin final : public Plugin {
public:
    using Settings = postgres::Options;

    PostgresPlugin(const Settings& settings, Setup& setup)
        : settings_(settings), log_(setup.log()), store_(settings) {
        setup.provide<Store>(store_);
        setup.provide<StoreTransfer>(store_);
        setup.add_health_check("store", true, [this] { return store_.ping(); });
    }

    void start() override {
        if (auto opened = store_.open(settings_, &log_); !opened)
            throw std::runtime_error(opened.error().detail);
        log_.info("database opened", {{"at", postgres::place_of(settings_.url)},
                                      {"pool_size", settings_.connections()},
                                      {"replica", !settings_.replica_url.empty()}});
    }

    void stop() override { store_.close(); }

private:
    const Settings settings_;
    Logger& log_;
    postgres::PostgresStore store_;
};

}  // namespace

KITCHEN_PLUGIN(PostgresPlugin, "store-postgres", "1.0.0", "Durable storage in PostgreSQL",
               kitchen::Provides<kitchen::Store>, kitchen::Provides<kitchen::StoreTransfer>)
