// Asks every plugin whether what must hold in its tables does.
//
// Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/plugin_set.h"
#include "kitchen/http/body.h"
#include "kitchen/store.h"

namespace kitchen::host {

struct BrokenRule {
    std::string plugin, rule;
    std::vector<std::string> things;  ///< what breaks it

    static void describe(http::BodyFields<BrokenRule>& field);
};

struct DataReport {
    std::int64_t rules = 0;  ///< that were asked
    std::vector<BrokenRule> broken;

    static void describe(http::BodyFields<DataReport>& field);
};

/// Each rule reads a snapshot of its own. Errors: the first of the store or of a rule that throws.
Result<DataReport> check_data(Store& store, const PluginSet& plugins);

}  // namespace kitchen::host
