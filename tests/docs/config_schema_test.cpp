// `chuks-kitchen config-schema`: what it says of the settings is what the loader accepts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "kitchen/json.h"
#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/child_process.h"

namespace kitchen {
namespace {

Json schema() {
    testkit::ChildProcess process({testkit::built_executable(), "config-schema", "--plugin-dir",
                                   testkit::built_plugin_dir()});
    EXPECT_EQ(process.wait(), 0);
    const auto parsed = parse_json(process.output());
    EXPECT_TRUE(parsed) << process.output().substr(0, 200);
    return parsed.value_or(Json());
}

TEST(ConfigSchema, DescribesTheKernelsSections) {
    const Json all = schema();
    const Json& server = all["properties"]["server"]["properties"];
    EXPECT_EQ(server["workers"]["default"], Json(1));
    EXPECT_EQ(server["workers"]["anyOf"].as_array()[0]["maximum"], Json(64));
    EXPECT_EQ(server["timeouts"]["properties"]["drain"]["default"], Json("20s"));
    EXPECT_EQ(server["timeouts"]["additionalProperties"], Json(false));
    EXPECT_EQ(all["additionalProperties"], Json(false));
}

TEST(ConfigSchema, DescribesEveryPluginThatIsInstalled) {
    const Json all = schema();
    const Json* limits = nullptr;
    const Json* sqlite = nullptr;
    const auto& entries = all["properties"]["plugins"]["items"]["oneOf"].as_array();
    for (const Json& entry : entries) {
        if (entry["title"] == Json("rate-limit")) limits = &entry;
        if (entry["title"] == Json("store-sqlite")) sqlite = &entry;
    }
    ASSERT_TRUE(limits && sqlite);
    const Json& classes = (*limits)["properties"]["config"]["properties"]["classes"];
    EXPECT_EQ(classes["additionalProperties"]["required"], Json::array({"routes"}));
    EXPECT_EQ((*sqlite)["properties"]["config"]["required"], Json::array({"path"}));
    EXPECT_EQ((*sqlite)["properties"]["id"]["const"], Json("store-sqlite"));
}

TEST(ConfigSchema, ShowsNoSecretsDefault) {
    const Json all = schema();
    bool found = false;
    for (const Json& entry : all["properties"]["plugins"]["items"]["oneOf"].as_array()) {
        if (entry["title"] != Json("mail-smtp")) continue;
        found = true;
        EXPECT_FALSE(entry["properties"]["config"]["properties"]["password"].has("default"));
    }
    EXPECT_TRUE(found);
}

}  // namespace
}  // namespace kitchen
