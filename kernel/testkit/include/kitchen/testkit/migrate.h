// Applies a plugin's migrations to a store, as the kernel does at start: for tests of repositories.
#pragma once

#include <span>
#include <string_view>

#include "kitchen/migration.h"
#include "kitchen/store.h"

namespace kitchen::testkit {

/// Throws std::runtime_error when one is refused.
void apply_migrations(Store& store, std::string_view plugin_id,
                      std::span<const Migration> migrations);

}  // namespace kitchen::testkit
