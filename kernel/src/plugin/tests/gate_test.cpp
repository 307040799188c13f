#include "plugin/gate.h"

#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitchen::plugin {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr kitchen_need needs[] = {{"store/1", 0}, {"cache/1", 1}};
constexpr const char* provides[] = {"identity/1"};
constexpr kitchen_config_key keys[] = {{"size", KITCHEN_CONFIG_INTEGER, "1", 0, "1..5", "a size"}};

kitchen_plugin_descriptor good() {
    kitchen_plugin_descriptor d{};
    d.magic = KITCHEN_PLUGIN_MAGIC;
    d.struct_size = sizeof d;
    d.api_major = KITCHEN_API_MAJOR;
    d.api_minor = KITCHEN_API_MINOR;
    d.toolchain = KITCHEN_TOOLCHAIN;
    d.id = "auth";
    d.version = "1.0.0";
    d.summary = "Accounts";
    d.needs = needs;
    d.need_count = 2;
    d.provides = provides;
    d.provide_count = 1;
    d.config = keys;
    d.config_count = 1;
    d.create = [] { return static_cast<void*>(nullptr); };
    d.destroy = [](void*) {};
    return d;
}

TEST(Gate, PassesAGoodDescriptor) { EXPECT_TRUE(check_descriptor(good(), "auth")); }

TEST(Gate, PassesADescriptorThatHasGrown) {
    kitchen_plugin_descriptor d = good();
    d.struct_size += 64;
    EXPECT_TRUE(check_descriptor(d, "auth"));
}

struct Case {
    const char* name;
    std::function<void(kitchen_plugin_descriptor&)> spoil;
    const char* code;
    std::vector<std::string> said;  ///< found, expected, how to mend it
};

class GateRefuses : public testing::TestWithParam<Case> {};

TEST_P(GateRefuses, WithFoundExpectedAndRemedy) {
    kitchen_plugin_descriptor d = good();
    GetParam().spoil(d);
    const Status refused = check_descriptor(d, "auth");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, GetParam().code);
    for (const std::string& part : GetParam().said)
        EXPECT_THAT(refused.error().detail, HasSubstr(part));
}

using D = kitchen_plugin_descriptor;
constexpr kitchen_need twice[] = {{"store/1", 0}, {"store/1", 1}};
constexpr kitchen_need unnamed[] = {{nullptr, 0}};
constexpr kitchen_need unversioned[] = {{"store", 0}};
constexpr const char* of_the_kernel[] = {"clock/1"};
constexpr kitchen_config_key bad_default[] = {
    {"size", KITCHEN_CONFIG_INTEGER, "x", 0, nullptr, ""}};

INSTANTIATE_TEST_SUITE_P(
    Table, GateRefuses,
    testing::Values(
        Case{"magic",
             [](D& d) { d.magic = 7; },
             "bad_magic",
             {"0x0000000000000007", "0x314e454843544b43", "KITCHEN_PLUGIN"}},
        Case{"size",
             [](D& d) { d.struct_size = 40; },
             "bad_size",
             {"40", std::to_string(sizeof(D)), "rebuild"}},
        Case{"older_major",
             [](D& d) { d.api_major = 0; },
             "api_mismatch",
             {"API 0.0", "has 1.0", "rebuild"}},
        Case{"newer_major",
             [](D& d) { d.api_major = 2; },
             "api_mismatch",
             {"API 2.0", "has 1.0", "newer kernel"}},
        Case{"newer_minor",
             [](D& d) { d.api_minor = 9; },
             "api_mismatch",
             {"API 1.9", "has 1.0", "newer kernel"}},
        Case{"toolchain",
             [](D& d) { d.toolchain = "vax"; },
             "toolchain_mismatch",
             {"'vax'", KITCHEN_TOOLCHAIN, "rebuild"}},
        Case{"no_toolchain",
             [](D& d) { d.toolchain = nullptr; },
             "toolchain_mismatch",
             {KITCHEN_TOOLCHAIN}},
        Case{"no_id", [](D& d) { d.id = nullptr; }, "bad_descriptor", {"id"}},
        Case{"no_version", [](D& d) { d.version = ""; }, "bad_descriptor", {"version"}},
        Case{"other_id", [](D& d) { d.id = "mail"; }, "wrong_id", {"'mail'", "'auth'"}},
        Case{"no_create", [](D& d) { d.create = nullptr; }, "bad_descriptor", {"create"}},
        Case{"no_destroy", [](D& d) { d.destroy = nullptr; }, "bad_descriptor", {"destroy"}},
        Case{
            "needs_without_list", [](D& d) { d.needs = nullptr; }, "bad_descriptor", {"not there"}},
        Case{"need_twice", [](D& d) { d.needs = twice; }, "bad_descriptor", {"store/1", "twice"}},
        Case{"need_unnamed",
             [](D& d) { d.needs = unnamed, d.need_count = 1; },
             "bad_descriptor",
             {"store/1"}},
        Case{"need_unversioned",
             [](D& d) { d.needs = unversioned, d.need_count = 1; },
             "bad_descriptor",
             {"'store'"}},
        Case{"provides_clock",
             [](D& d) { d.provides = of_the_kernel; },
             "bad_descriptor",
             {"clock/1", "kernel's own"}},
        Case{"bad_default",
             [](D& d) { d.config = bad_default; },
             "bad_descriptor",
             {"'size'", "default"}}),
    [](const auto& info) { return info.param.name; });

TEST(Gate, KnowsInterfaceNames) {
    for (const char* name : {"store/1", "cart.quotes/12", "a-b_c/1"})
        EXPECT_TRUE(is_interface_name(name)) << name;
    for (const char* name :
         {"", "store", "store/", "/1", "Store/1", "store/x", "store/1/2", "st ore/1"})
        EXPECT_FALSE(is_interface_name(name)) << name;
}

}  // namespace
}  // namespace kitchen::plugin
