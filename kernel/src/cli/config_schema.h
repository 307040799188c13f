// What the settings tables say, in the two forms that people read outside the program: a JSON
// Schema of the whole configuration file, for editors, and the table of keys in a plugin's README.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "kitchen/json.h"
#include "kitchen/settings.h"

namespace kitchen::cli {

/// Draft 2020-12, of one section: nested objects for dotted keys, closed to unknown ones.
Json section_schema(const std::vector<SettingKey>& keys);

struct DescribedPlugin {
    std::string id, summary;
    std::vector<SettingKey> settings;
};

/// Of a file that may use these plugins.
Json config_schema(const std::vector<DescribedPlugin>& plugins);

/// A Markdown table, a row a key; "" without keys.
std::string settings_table(const std::vector<SettingKey>& keys);

const char* type_name(SettingType type);

}  // namespace kitchen::cli
