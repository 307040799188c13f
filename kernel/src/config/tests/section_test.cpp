#include "config/section.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/yaml_reader.h"

namespace kitchen::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const SettingKey keys[] = {
    {"otp.max_attempts", SettingType::integer, "5", false, "1..10", "tries"},
    {"otp.ttl", SettingType::duration, "10m", false, "1m..1h", "life of a code"},
    {"key_file", SettingType::text, std::nullopt, true, "", "where the key lies"},
    {"strict", SettingType::boolean, "true", false, "", "a switch"},
    {"upload", SettingType::bytes, "1MiB", false, "..10MiB", "a size"},
    {"mode", SettingType::choice, "fast", false, "fast|careful", "a choice"},
    {"token", SettingType::secret, std::nullopt, false, "", "a secret"},
    {"hosts", SettingType::list, "[a, b]", false, "", "a list"},
};

struct SectionRead {
    std::unique_ptr<Section> section;
    std::vector<std::string> errors;
};

SectionRead read(const std::string& yaml, std::span<const SettingKey> declared = keys) {
    Diagnostics diagnostics("f");
    const Environment environment = [](const std::string& name) -> std::optional<std::string> {
        if (name == "WORD") return "plum";
        return std::nullopt;
    };
    Node node = read_yaml(yaml, diagnostics);
    substitute(node, environment, diagnostics);
    SectionRead out;
    out.section = read_section(&node, declared, "auth", {9, 9}, environment, diagnostics);
    out.errors = diagnostics.lines();
    return out;
}

TEST(Section, FillsInDefaults) {
    const SectionRead r = read("key_file: k\n");
    EXPECT_THAT(r.errors, IsEmpty());
    const Section& s = *r.section;
    EXPECT_EQ(s.integer("otp.max_attempts"), 5);
    EXPECT_EQ(s.duration("otp.ttl"), std::chrono::minutes(10));
    EXPECT_EQ(s.text("key_file"), "k");
    EXPECT_TRUE(s.boolean("strict"));
    EXPECT_EQ(s.bytes("upload"), 1 << 20);
    EXPECT_EQ(s.text("mode"), "fast");
    EXPECT_THAT(s.list("hosts"), ElementsAre("a", "b"));
    EXPECT_FALSE(s.has("token"));
    EXPECT_EQ(s.text("token"), "");
    EXPECT_TRUE(s.has("mode"));
}

TEST(Section, ReadsNestedAndDottedKeysAlike) {
    EXPECT_EQ(read("key_file: k\notp: {max_attempts: 3}\n").section->integer("otp.max_attempts"),
              3);
    EXPECT_EQ(read("key_file: k\notp.max_attempts: 3\n").section->integer("otp.max_attempts"), 3);
    EXPECT_THAT(read("key_file: k\notp: {ttl: 2m}\notp.ttl: 3m\n").errors,
                ElementsAre("f:3:1: error: auth.otp.ttl: this key stands twice"));
}

TEST(Section, TreatsNothingAsLeftOut) {
    const SectionRead r = read("key_file: k\nmode:\notp:\n");
    EXPECT_THAT(r.errors, IsEmpty());
    EXPECT_EQ(r.section->text("mode"), "fast");
    EXPECT_THAT(read("key_file:\n").errors,
                ElementsAre("f:9:9: error: auth.key_file: required, but not set"));
}

struct SectionCase {
    const char* yaml;
    const char* error;
};

class SectionErrors : public testing::TestWithParam<SectionCase> {};

TEST_P(SectionErrors, AreNamedWithTheirPlace) {
    EXPECT_THAT(read(GetParam().yaml).errors, ElementsAre(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Table, SectionErrors,
    testing::Values(
        SectionCase{
            "key_file: k\notp:\n  max_attempt: 3\n",
            "f:3:3: error: auth.otp.max_attempt: unknown key; did you mean 'max_attempts'?"},
        SectionCase{"key_file: k\nopt:\n  ttl: 1m\n",
                    "f:2:1: error: auth.opt: unknown key; did you mean 'otp'?"},
        SectionCase{
            "key_file: k\nmax_attempts: 3\n",
            "f:2:1: error: auth.max_attempts: unknown key; did you mean 'otp.max_attempts'?"},
        SectionCase{"key_file: k\nzebra: 1\n", "f:2:1: error: auth.zebra: unknown key"},
        SectionCase{"mode: fast\n", "f:9:9: error: auth.key_file: required, but not set"},
        SectionCase{"key_file: k\notp: 3\n",
                    "f:2:6: error: auth.otp: expected a map, found a single value"},
        SectionCase{"key_file: {a: b}\n",
                    "f:1:11: error: auth.key_file: expected a single value, found a map"},
        SectionCase{"key_file: k\notp: {max_attempts: many}\n",
                    "f:2:21: error: auth.otp.max_attempts: expected a whole number, found 'many'"},
        SectionCase{"key_file: k\notp: {max_attempts: 11}\n",
                    "f:2:21: error: auth.otp.max_attempts: must be between 1 and 10, found '11'"},
        SectionCase{"key_file: k\notp: {ttl: 5}\n",
                    "f:2:12: error: auth.otp.ttl: expected a duration such as 250ms, 1.5s, 1m30s, "
                    "2h, 1d or 0, "
                    "found '5'"},
        SectionCase{"key_file: k\notp: {ttl: 1s}\n",
                    "f:2:12: error: auth.otp.ttl: must be between 1m and 1h, found '1s'"},
        SectionCase{"key_file: k\nupload: 11MiB\n",
                    "f:2:9: error: auth.upload: must be at most 10MiB, found '11MiB'"},
        SectionCase{"key_file: k\nstrict: yes\n",
                    "f:2:9: error: auth.strict: expected true or false, found 'yes'"},
        SectionCase{
            "key_file: k\nmode: carefull\n",
            "f:2:7: error: auth.mode: must be one of fast, careful, found 'carefull'; did you "
            "mean 'careful'?"},
        SectionCase{"key_file: k\nhosts: a\n",
                    "f:2:8: error: auth.hosts: expected a sequence, found 'a'"},
        SectionCase{
            "key_file: k\nhosts: [[a]]\n",
            "f:2:8: error: auth.hosts: expected a sequence of text, found a sequence in it"},
        SectionCase{"- a\n", "f:1:1: error: auth: expected a map, found a sequence"}));

TEST(Section, ReportsAllErrorsAtOnceInTheOrderOfTheFile) {
    const SectionRead r =
        read("strict: perhaps\notp:\n  ttl: soon\n  max_attempt: 1\nmode: slow\n");
    EXPECT_THAT(r.errors, ElementsAre(HasSubstr("f:1:9:"), HasSubstr("f:3:8:"), HasSubstr("f:4:3:"),
                                      HasSubstr("f:5:7:"), HasSubstr("key_file")));
}

TEST(Section, NeverShowsASecret) {
    const SettingKey secrets[] = {
        {"token", SettingType::secret, std::nullopt, false, "", ""},
        {"port", SettingType::integer, std::nullopt, false, "", ""},
        {"mode", SettingType::choice, std::nullopt, false, "fast|plumb", ""}};
    const SectionRead r = read("token: [plum]\nport: !env WORD\nmode: !env WORD\n", secrets);
    ASSERT_EQ(r.errors.size(), 3u);
    for (const std::string& error : r.errors) EXPECT_THAT(error, Not(HasSubstr("plum'")));
    EXPECT_EQ(r.errors[1], "f:2:7: error: auth.port: expected a whole number, found ********");
}

TEST(Section, HidesWhatTheKeysSayIsSecret) {
    const SettingKey declared[] = {
        {"token", SettingType::secret, std::nullopt, false, "", ""},
        {"urls", SettingType::secrets, "[]", false, "", ""},
        {"host", SettingType::text, std::nullopt, false, "", ""},
        {"login.password", SettingType::secret, std::nullopt, false, "", ""},
        {"apps.*.key", SettingType::secret, std::nullopt, false, "", ""}};
    Diagnostics diagnostics("f");
    Node node = read_yaml(
        "token: plum\nurls: [plum, plum]\nhost: pear\nlogin.password: plum\n"
        "apps: {one: {key: plum}}\n",
        diagnostics);
    const auto section = read_section(&node, declared, "auth", {9, 9}, {}, diagnostics);
    EXPECT_THAT(diagnostics.lines(), IsEmpty());
    EXPECT_THAT(section->list("urls"), ElementsAre("plum", "plum"));
    section->hide_secrets(node);
    EXPECT_EQ(render(node),
              "token: ********\nurls:\n  - ********\n  - ********\nhost: \"pear\"\n"
              "login.password: ********\napps:\n  one:\n    key: ********\n");
    // What is wrong with a list of secrets repeats none.
    EXPECT_THAT(read("urls: plum\n", declared).errors,
                ElementsAre("f:1:7: error: auth.urls: expected a sequence, found ********"));
    EXPECT_THAT(read("urls: [{plum: plum}]\n", declared).errors,
                ElementsAre("f:1:7: error: auth.urls: expected a sequence of text, found a map in "
                            "it"));
}

TEST(Section, ExpandsVariablesInDefaults) {
    const SettingKey declared[] = {
        {"fruit", SettingType::text, "${WORD}/${NOBODY:-x}", false, "", ""}};
    EXPECT_EQ(read("{}", declared).section->text("fruit"), "plum/x");
    const SettingKey unset[] = {{"fruit", SettingType::text, "${NOBODY}", false, "", ""}};
    EXPECT_THAT(read("{}", unset).errors,
                ElementsAre(HasSubstr("auth.fruit: the environment variable NOBODY is not set")));
}

TEST(Section, ThrowsForKeysAskedForWrongly) {
    const SectionRead r = read("key_file: k\n");
    EXPECT_THROW(r.section->text("nobody"), std::logic_error);
    EXPECT_THROW(r.section->has("nobody"), std::logic_error);
    EXPECT_THROW(r.section->integer("mode"), std::logic_error);
    EXPECT_THROW(r.section->integer("upload"), std::logic_error);
}

const SettingKey named[] = {
    {"burst", SettingType::integer, "9", false, "", "of the rest"},
    {"classes.*.routes", SettingType::list, std::nullopt, true, "", "which"},
    {"classes.*.limit.burst", SettingType::integer, "5", false, "1..10", "how many"},
};

TEST(NamedSections, AreReadInTheOrderOfTheFileWithDefaults) {
    const SectionRead r = read(
        "classes:\n  zebra: {routes: [a]}\n  ant:\n    routes: [b, c]\n    limit: {burst: 7}\n",
        named);
    EXPECT_THAT(r.errors, IsEmpty());
    EXPECT_THAT(r.section->names("classes"), ElementsAre("zebra", "ant"));
    EXPECT_THAT(r.section->list("classes.zebra.routes"), ElementsAre("a"));
    EXPECT_EQ(r.section->integer("classes.zebra.limit.burst"), 5);
    EXPECT_EQ(r.section->integer("classes.ant.limit.burst"), 7);
    EXPECT_EQ(r.section->integer("burst"), 9);
    EXPECT_THROW(r.section->integer("classes.bee.limit.burst"), std::logic_error);
    EXPECT_THROW(r.section->names("burst"), std::logic_error);
    EXPECT_THAT(read("{}", named).section->names("classes"), IsEmpty());
    EXPECT_THAT(read("classes.ant.routes: [a]\n", named).section->names("classes"),
                ElementsAre("ant"));
}

class NamedSectionErrors : public testing::TestWithParam<SectionCase> {};

TEST_P(NamedSectionErrors, AreNamedWithTheirPlace) {
    EXPECT_THAT(read(GetParam().yaml, named).errors, ElementsAre(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Table, NamedSectionErrors,
    testing::Values(
        SectionCase{"classes:\n  ant: {limit: {burst: 7}}\n",
                    "f:2:3: error: auth.classes.ant.routes: required, but not set"},
        SectionCase{"classes:\n  ant:\n",
                    "f:2:3: error: auth.classes.ant.routes: required, but not set"},
        SectionCase{
            "classes:\n  ant: {routes: [a], limit: {bursts: 7}}\n",
            "f:2:30: error: auth.classes.ant.limit.bursts: unknown key; did you mean 'burst'?"},
        SectionCase{"classes:\n  ant: {routes: [a], limits: {burst: 7}}\n",
                    "f:2:22: error: auth.classes.ant.limits: unknown key; did you mean 'limit'?"},
        SectionCase{
            "classes:\n  ant: {routes: [a], limit: {burst: 11}}\n",
            "f:2:37: error: auth.classes.ant.limit.burst: must be between 1 and 10, found '11'"},
        SectionCase{"classes:\n  ant: {routes: a}\n",
                    "f:2:17: error: auth.classes.ant.routes: expected a sequence, found 'a'"},
        SectionCase{"classes:\n  ant: {routes: [a], limit: 3}\n",
                    "f:2:29: error: auth.classes.ant.limit: expected a map, found a single value"},
        SectionCase{
            "classes:\n  An t: {routes: [a]}\n",
            "f:2:3: error: auth.classes.An t: expected a name of lower-case letters, digits, '-' "
            "and '_'"},
        SectionCase{"classes: [a]\n",
                    "f:1:10: error: auth.classes: expected a map, found a sequence"},
        SectionCase{"clases:\n  ant: {routes: [a]}\n",
                    "f:1:1: error: auth.clases: unknown key; did you mean 'classes'?"}));

TEST(CheckDeclaration, FindsFaultsOfThePlugin) {
    const auto fault = [](SettingKey key) { return check_declaration({&key, 1}).value_or(""); };
    EXPECT_EQ(check_declaration(keys).value_or(""), "");
    EXPECT_THAT(fault({"n", SettingType::integer, "x", false, "", ""}),
                HasSubstr("the default is wrong"));
    EXPECT_THAT(fault({"n", SettingType::integer, "9", false, "1..5", ""}),
                HasSubstr("must be between 1 and 5"));
    EXPECT_THAT(fault({"n", SettingType::integer, std::nullopt, false, "1-5", ""}),
                HasSubstr("min..max"));
    EXPECT_THAT(fault({"n", SettingType::duration, std::nullopt, false, "1..5s", ""}),
                HasSubstr("limit"));
    EXPECT_THAT(fault({"n", SettingType::choice, std::nullopt, false, "", ""}),
                HasSubstr("no choices"));
    EXPECT_THAT(fault({"n", SettingType::list, "a", false, "", ""}),
                HasSubstr("expected a sequence"));
    EXPECT_EQ(check_declaration(named).value_or(""), "");
    for (const char* key :
         {"*", "*.a", "a.*", "a*.b", "a.*b.c", "a.*.*.b", "a.*.b.*.c", ".*.a", "a.*."})
        EXPECT_THAT(fault({key, SettingType::text, std::nullopt, false, "", ""}), HasSubstr("'*'"))
            << key;
    EXPECT_THAT(fault({"", SettingType::text, std::nullopt, false, "", ""}),
                HasSubstr("without a name"));
    const SettingKey twice[] = {{"n", SettingType::text, std::nullopt, false, "", ""},
                                {"n", SettingType::text, std::nullopt, false, "", ""}};
    EXPECT_THAT(check_declaration(twice).value_or(""), HasSubstr("twice"));
}

}  // namespace
}  // namespace kitchen::config
