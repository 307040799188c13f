#include "plugin/gate.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/temporary_directory.h"
#include "plugin/build_note.h"

namespace kitchen::plugin {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr InterfaceUse interfaces[] = {{InterfaceUse::Kind::needs, "store/1"},
                                       {InterfaceUse::Kind::may_use, "cache/1"},
                                       {InterfaceUse::Kind::provides, "identity/1"}};

PluginDescriptor good() {
    PluginDescriptor d{};
    d.magic = plugin_magic;
    d.build = KITCHEN_BUILD;
    d.id = "auth";
    d.version = "1.0.0";
    d.summary = "Accounts";
    d.interfaces = interfaces;
    d.settings = [] { return std::vector<SettingKey>(); };
    d.check_settings = [](const Config&, const Problems::Report&) {};
    d.create = [](kitchen::Setup&) { return std::unique_ptr<Plugin>(); };
    return d;
}

TEST(Gate, PassesAGoodDescriptor) { EXPECT_TRUE(check_descriptor(good(), KITCHEN_BUILD, "auth")); }

struct Case {
    const char* name;
    std::function<void(PluginDescriptor&)> spoil;
    const char* code;
    std::vector<std::string> said;  ///< found, expected, how to mend it
};

class GateRefuses : public testing::TestWithParam<Case> {};

TEST_P(GateRefuses, WithFoundExpectedAndRemedy) {
    PluginDescriptor d = good();
    GetParam().spoil(d);
    const Status refused = check_descriptor(d, KITCHEN_BUILD, "auth");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, GetParam().code);
    for (const std::string& part : GetParam().said)
        EXPECT_THAT(refused.error().detail, HasSubstr(part));
}

using D = PluginDescriptor;
constexpr InterfaceUse twice[] = {interfaces[0], interfaces[0]};
constexpr InterfaceUse unnamed[] = {{InterfaceUse::Kind::needs, ""}};
constexpr InterfaceUse unversioned[] = {{InterfaceUse::Kind::needs, "store"}};
constexpr InterfaceUse of_the_kernel[] = {{InterfaceUse::Kind::provides, "clock/1"}};

INSTANTIATE_TEST_SUITE_P(
    Table, GateRefuses,
    testing::Values(
        Case{"magic",
             [](D& d) { d.magic = 7; },
             "bad_magic",
             {"0x0000000000000007", "0x324e454843544b43", "KITCHEN_PLUGIN"}},
        Case{"other_build", [](D& d) { d.build = "vax"; }, "false_note", {"'vax'", KITCHEN_BUILD}},
        Case{"no_build", [](D& d) { d.build = nullptr; }, "false_note", {KITCHEN_BUILD}},
        Case{"no_id", [](D& d) { d.id = nullptr; }, "bad_descriptor", {"id"}},
        Case{"no_version", [](D& d) { d.version = ""; }, "bad_descriptor", {"version"}},
        Case{"other_id", [](D& d) { d.id = "mail"; }, "wrong_id", {"'mail'", "'auth'"}},
        Case{"no_create", [](D& d) { d.create = nullptr; }, "bad_descriptor", {"function"}},
        Case{"no_settings", [](D& d) { d.settings = nullptr; }, "bad_descriptor", {"function"}},
        Case{"need_twice",
             [](D& d) { d.interfaces = twice; },
             "bad_descriptor",
             {"store/1", "twice"}},
        Case{"need_unnamed", [](D& d) { d.interfaces = unnamed; }, "bad_descriptor", {"store/1"}},
        Case{"need_unversioned",
             [](D& d) { d.interfaces = unversioned; },
             "bad_descriptor",
             {"'store'"}},
        Case{"provides_clock",
             [](D& d) { d.interfaces = of_the_kernel; },
             "bad_descriptor",
             {"clock/1", "kernel's own"}}),
    [](const auto& info) { return info.param.name; });

TEST(BuildCheck, SaysWhatDiffersAndWhatToDo) {
    const auto refusal = [](std::string_view theirs) {
        const Status fits = check_build(theirs, "api=2 arch=x86_64 debug=no");
        return fits ? "" : fits.error().detail;
    };
    EXPECT_EQ(refusal("api=2 arch=x86_64 debug=no"), "");
    EXPECT_THAT(refusal("api=1 arch=x86_64 debug=no"),
                AllOf(HasSubstr("built for API 1"), HasSubstr("has API 2"), HasSubstr("rebuild")));
    EXPECT_THAT(refusal("api=2 arch=x86_64 debug=yes"),
                AllOf(HasSubstr("debug=yes"), HasSubstr("debug=no"), HasSubstr("rebuild")));
    EXPECT_THAT(refusal("api=2 arch=x86_64"), HasSubstr("debug=nothing"));
    EXPECT_THAT(refusal(""), HasSubstr("rebuild"));
    EXPECT_THAT(refusal("api=2 arch=x86_64 debug=no x=1"), HasSubstr("rebuild"));
}

/// A library of our own, cut off at every length and with every byte of its heads broken: an error
/// or the note, and never a crash.
TEST(BuildNoteFile, TrustsNoLengthInTheFile) {
    const std::filesystem::path whole =
        std::filesystem::path(testkit::built_plugin_dir()) / "store-memory.so";
    std::ifstream in(whole, std::ios::binary);
    std::string bytes(8192, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    ASSERT_TRUE(in);
    ASSERT_EQ(*read_build_note(whole), KITCHEN_BUILD);
    testkit::TemporaryDirectory directory;
    const auto file = directory.path() / "broken.so";
    const auto read = [&](const std::string& content) {
        std::ofstream(file, std::ios::binary) << content;
        return read_build_note(file);
    };
    for (std::size_t length = 0; length < 1200; length += 7) (void)read(bytes.substr(0, length));
    for (std::size_t at = 0; at < 1200; ++at) {
        std::string broken = bytes;
        broken[at] = static_cast<char>(broken[at] ^ 0xff);
        const auto note = read(broken);
        EXPECT_TRUE(note || !note.error().detail.empty());
    }
    EXPECT_EQ(read("").error().code, "not_a_library");
    EXPECT_EQ(read("#!/bin/sh\n").error().code, "not_a_library");
}

TEST(Gate, KnowsInterfaceNames) {
    for (const char* name : {"store/1", "cart.quotes/12", "a-b_c/1"})
        EXPECT_TRUE(is_interface_name(name)) << name;
    for (const char* name :
         {"", "store", "store/", "/1", "Store/1", "store/x", "store/1/2", "st ore/1"})
        EXPECT_FALSE(is_interface_name(name)) << name;
}

}  // namespace
}  // namespace kitchen::plugin
