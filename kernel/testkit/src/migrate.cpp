#include "kitchen/testkit/migrate.h"

#include <stdexcept>
#include <string>

#include "kitchen/testkit/fakes.h"
#include "migrate/migrator.h"

namespace kitchen::testkit {

void apply_migrations(Store& store, std::string_view plugin_id,
                      std::span<const Migration> migrations) {
    const ManualClock clock;
    auto applied = migrate::Migrator(store, clock).apply(plugin_id, migrations);
    if (!applied) throw std::runtime_error(applied.error().detail);
}

}  // namespace kitchen::testkit
