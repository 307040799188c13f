#include "config/yaml_reader.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitchen::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> errors_of(const std::string& text, const YamlLimits& limits = {}) {
    Diagnostics diagnostics("f");
    read_yaml(text, diagnostics, limits);
    return diagnostics.lines();
}

std::string repeat(const std::string& part, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += part;
    return out;
}

TEST(YamlReader, KeepsPositionsAndOrder) {
    Diagnostics diagnostics("f");
    const Node root = read_yaml("b: 1\na:\n  - x\n  - y: z\n", diagnostics);
    EXPECT_TRUE(diagnostics.empty());
    ASSERT_EQ(root.children.size(), 2u);
    EXPECT_EQ(root.children[0].key, "b");
    EXPECT_EQ(root.children[0].key_mark, (Mark{1, 1}));
    EXPECT_EQ(root.children[0].mark, (Mark{1, 4}));
    const Node& list = root.children[1];
    EXPECT_EQ(list.kind, Node::Kind::sequence);
    EXPECT_EQ(list.children[1].find("y")->text, "z");
    EXPECT_EQ(list.children[1].find("y")->mark, (Mark{4, 8}));
}

TEST(YamlReader, TellsNullFromEmptyText) {
    Diagnostics diagnostics("f");
    const Node root = read_yaml("a:\nb: ~\nc: ''\nd: 'null'\n", diagnostics);
    EXPECT_EQ(root.find("a")->kind, Node::Kind::null);
    EXPECT_EQ(root.find("b")->kind, Node::Kind::null);
    EXPECT_EQ(root.find("c")->kind, Node::Kind::scalar);
    EXPECT_EQ(root.find("d")->text, "null");
}

TEST(YamlReader, MarksSecrets) {
    Diagnostics diagnostics("f");
    const Node root = read_yaml("a: !env X:-\nb: !file /run/secret\nc: plain\n", diagnostics);
    EXPECT_TRUE(diagnostics.empty());
    EXPECT_EQ(root.find("a")->tag, "!env");
    EXPECT_EQ(root.find("a")->text, "X:-");
    EXPECT_TRUE(root.find("b")->secret);
    EXPECT_FALSE(root.find("c")->secret);
}

TEST(YamlReader, ExpandsAliases) {
    Diagnostics diagnostics("f");
    const Node root = read_yaml("a: &x {k: v}\nb: *x\n", diagnostics);
    EXPECT_TRUE(diagnostics.empty());
    EXPECT_EQ(root.find("b")->find("k")->text, "v");
}

TEST(YamlReader, RefusesWhatAConfigurationNeverHolds) {
    EXPECT_THAT(errors_of("a: 1\nb: 2\na: 3\n"),
                ElementsAre("f:3:1: error: a: this key stands twice in the same map"));
    EXPECT_THAT(errors_of("? [x]\n: 1\n"), ElementsAre("f:1:3: error: a key must be plain text"));
    EXPECT_THAT(errors_of("a: !!python/object:os.system x\n"),
                ElementsAre(HasSubstr(":1:4: error: ")));
    EXPECT_THAT(errors_of("a: !exec x\n"),
                ElementsAre("f:1:4: error: unknown tag; only !env and !file are known"));
    EXPECT_THAT(errors_of("a: !env [x]\n"), ElementsAre("f:1:4: error: !env takes a single value"));
    EXPECT_THAT(errors_of("a: 1\n---\nb: 2\n"), ElementsAre(HasSubstr("one document")));
    EXPECT_THAT(errors_of("a: [1\n"), ElementsAre(HasSubstr("not valid YAML")));
    EXPECT_THAT(errors_of("a: *nobody\n"), ElementsAre(HasSubstr("f:1:4: error: not valid YAML")));
    EXPECT_THAT(errors_of("a: &x [*x]\n"), ElementsAre(HasSubstr("inside the node it names")));
}

TEST(YamlReader, RefusesBytesThatAreNotText) {
    EXPECT_THAT(errors_of(std::string("a: b\0c", 6)),
                ElementsAre(HasSubstr("f:1:5: error: not text")));
    EXPECT_THAT(errors_of("a: x\nb: \xff\n"), ElementsAre(HasSubstr("f:2:4: error: not text")));
    EXPECT_THAT(errors_of("a: \xc0\xaf\n"), ElementsAre(HasSubstr("not text")));
    EXPECT_THAT(errors_of("a: \xe2\x82\n"), ElementsAre(HasSubstr("not text")));
    EXPECT_THAT(
        errors_of("a: \xed\xa0\x80\n"),
        ElementsAre(
            "f:1:4: error: not text: an octet here is a control character or not valid UTF-8"));
    EXPECT_THAT(errors_of("a: \xf4\x90\x80\x80\n"), ElementsAre(HasSubstr("not text")));
    EXPECT_THAT(errors_of("a: b\nc: \"x\\0y\"\n"),
                ElementsAre(HasSubstr("f:2:4: error: a text must be UTF-8 without")));
    EXPECT_THAT(errors_of("a: \"\\N\"\n"),
                ElementsAre(HasSubstr("f:1:4: error: a text must be UTF-8 without")));
    EXPECT_THAT(errors_of("\"x\\u0000\": b\n"), ElementsAre(HasSubstr("U+0000")));
    EXPECT_THAT(errors_of("a: Ọ̀ṣun\n"), IsEmpty());
}

TEST(YamlReader, CapsAnAliasBomb) {
    std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 10; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
                repeat(before + ",", 9) + before + "]\n";
    }
    EXPECT_THAT(errors_of(bomb), ElementsAre(HasSubstr("values, aliases expanded")));
}

TEST(YamlReader, CapsTextMultipliedByAliases) {
    const std::string text =
        "a: &a " + std::string(100'000, 'x') + "\nb: [" + repeat("*a,", 100) + "]\n";
    EXPECT_THAT(errors_of(text), ElementsAre(HasSubstr("bytes of text, aliases expanded")));
}

TEST(YamlReader, CapsDepthHoweverItIsReached) {
    EXPECT_THAT(errors_of(repeat("[", 100'000)), ElementsAre(HasSubstr("nested deeper")));
    EXPECT_THAT(errors_of(repeat("{a: ", 50'000)), ElementsAre(HasSubstr("nested deeper")));
    EXPECT_THAT(errors_of(repeat("- ", 50'000)), ElementsAre(HasSubstr("nested deeper")));
    // Each alias adds the height of what it names.
    std::string tower = "a0: &a0 [x]\n";
    for (int i = 1; i < 40; ++i)
        tower += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" +
                 std::to_string(i - 1) + "]\n";
    EXPECT_THAT(errors_of(tower), ElementsAre(HasSubstr("nested deeper")));
}

TEST(YamlReader, CapsSizeAndNodes) {
    YamlLimits limits;
    limits.file_bytes = 10;
    EXPECT_THAT(errors_of("a: 1234567890\n", limits),
                ElementsAre("f: error: larger than 10 bytes"));
    limits = {};
    limits.nodes = 5;
    EXPECT_THAT(errors_of("[1, 2, 3, 4, 5]\n", limits),
                ElementsAre(HasSubstr("more than 5 values")));
}

// Texts that have crashed or hung YAML readers; none may do more than give errors.
TEST(YamlReader, SurvivesHostileText) {
    const std::string texts[] = {
        "",
        "\n",
        ":",
        "-",
        "?",
        "!",
        "!<",
        "!<>",
        "!env",
        "!env ''",
        "&",
        "&a",
        "*",
        "*a",
        "|",
        ">",
        "|-99999999999\n x",
        "%",
        "%YAML",
        "%YAML 99999999999999999999.1\n---\na",
        "%TAG ! !\n---\n!x y",
        "---",
        "...",
        "--- ---",
        "'",
        "\"",
        "\"\\x\"",
        "\"\\uD800\"",
        "\"\\U99999999\"",
        "[",
        "]",
        "{",
        "}",
        "[,",
        "{,",
        "{a",
        "{a:",
        "a: b: c",
        "\t",
        "a:\n\t- b",
        "<<: *a",
        "<<: {a: b}",
        "a: !!binary x",
        "!!map [a]",
        "? ? ? ?",
        repeat("? ", 5'000),
        repeat("a: ", 5'000),
        repeat("&a ", 5'000),
        repeat("!a ", 5'000),
        repeat("'", 50'000),
        repeat("\"\\\n", 20'000),
        repeat("\n", 200'000),
        repeat("#", 200'000),
        repeat("|\n", 5'000),
        repeat("- - ", 5'000),
        repeat("{", 100'000),
        repeat("[a,", 50'000),
        repeat("a\n", 50'000),
        repeat("*a ", 20'000),
        repeat("---\n", 20'000),
        repeat("[]", 20'000),
        repeat("{}:", 20'000),
    };
    for (const std::string& text : texts) {
        Diagnostics diagnostics("f");
        read_yaml(text, diagnostics);
        diagnostics.lines();
    }
}

}  // namespace
}  // namespace kitchen::config
