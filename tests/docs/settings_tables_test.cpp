// The table of keys in each plugin's README is what the plugin itself says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/child_process.h"

namespace kitchen {
namespace {

namespace fs = std::filesystem;

std::string table_of(const std::string& id) {
    testkit::ChildProcess process({testkit::built_executable(), "plugins", "inspect", id,
                                   "--plugin-dir", testkit::built_plugin_dir(), "--markdown"});
    EXPECT_EQ(process.wait(), 0) << process.output();
    return process.output();
}

TEST(SettingsTables, AreInTheReadmes) {
    int checked = 0;
    for (const auto& folder : fs::directory_iterator(fs::path(testkit::source_dir()) / "plugins")) {
        const std::string id = folder.path().filename();
        if (!fs::exists(fs::path(testkit::built_plugin_dir()) / (id + ".so"))) continue;
        std::ifstream in(folder.path() / "README.md");
        const std::string readme((std::istreambuf_iterator<char>(in)), {});
        ASSERT_FALSE(readme.empty()) << id;
        const std::string table = table_of(id);
        if (table.empty()) continue;
        const std::string command = "chuks-kitchen plugins inspect " + id + " --markdown";
        EXPECT_NE(
            readme.find("<!-- settings: " + command + " -->\n" + table + "<!-- /settings -->\n"),
            std::string::npos)
            << folder.path().string() << "/README.md differs from `" << command << "`:\n"
            << table;
        ++checked;
    }
    EXPECT_GE(checked, 10);
}

}  // namespace
}  // namespace kitchen
