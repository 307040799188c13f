#include "config/substitution.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/yaml_reader.h"

namespace kitchen::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::optional<std::string> environment(const std::string& name) {
    if (name == "NAME") return "jollof";
    if (name == "EMPTY") return "";
    if (name == "BLANK") return " \n";
    if (name == "TRICKY") return "${NAME}\nplugins: []";
    if (name == "PASSWORD") return "hunter2";
    return std::nullopt;
}

std::string expanded(std::string_view text) {
    std::vector<std::string> problems;
    std::string out = expand(text, environment, problems);
    EXPECT_THAT(problems, IsEmpty());
    return out;
}

std::vector<std::string> problems_of(std::string_view text) {
    std::vector<std::string> problems;
    expand(text, environment, problems);
    return problems;
}

TEST(Expand, ReplacesVariables) {
    EXPECT_EQ(expanded("${NAME}"), "jollof");
    EXPECT_EQ(expanded("a ${NAME} b ${NAME}"), "a jollof b jollof");
    EXPECT_EQ(expanded("$NAME $ {NAME} $"), "$NAME $ {NAME} $");
}

TEST(Expand, UsesTheDefaultWhenUnsetOrEmpty) {
    EXPECT_EQ(expanded("${NOBODY:-x}"), "x");
    EXPECT_EQ(expanded("${NOBODY:-}"), "");
    EXPECT_EQ(expanded("${EMPTY:-x}"), "x");
    EXPECT_EQ(expanded("${BLANK:-x}"), "x");
    EXPECT_EQ(expanded("${EMPTY:-}"), "");
    EXPECT_EQ(expanded("${NAME:-x}"), "jollof");
    EXPECT_EQ(expanded("${NOBODY:-127.0.0.1:8080}"), "127.0.0.1:8080");
}

TEST(Expand, EscapesAndNeverExpandsTwice) {
    EXPECT_EQ(expanded("$${NAME}"), "${NAME}");
    EXPECT_EQ(expanded("$$${NAME}"), "$${NAME}");
    EXPECT_EQ(expanded("${TRICKY}"), "${NAME}\nplugins: []");
}

TEST(Expand, NamesWhatIsMissing) {
    EXPECT_THAT(problems_of("${NOBODY} ${NOTHING}"),
                ElementsAre(HasSubstr("NOBODY is not set"), HasSubstr("NOTHING is not set")));
    EXPECT_THAT(problems_of("x${EMPTY}.db"),
                ElementsAre(HasSubstr("EMPTY is empty, and there is")));
    EXPECT_THAT(problems_of("${BLANK}"), ElementsAre(HasSubstr("BLANK is empty")));
    EXPECT_THAT(problems_of("${NAME"), ElementsAre(HasSubstr("without its '}'")));
    EXPECT_THAT(problems_of("${}"), ElementsAre(HasSubstr("letters, digits")));
    EXPECT_THAT(problems_of("${1X}"), ElementsAre(HasSubstr("letters, digits")));
    EXPECT_THAT(problems_of("${NOBODY:-${NAME}}"), ElementsAre(HasSubstr("inside another")));
}

class Substitute : public testing::Test {
protected:
    Node read(const std::string& text) {
        Node node = read_yaml(text, diagnostics);
        substitute(node, environment, diagnostics);
        return node;
    }
    std::string write_file(const std::string& name, const std::string& content) {
        const std::string path =
            testing::TempDir() + "kitchen-" + std::to_string(::getpid()) + '-' + name;
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }
    Diagnostics diagnostics{"f"};
};

TEST_F(Substitute, CannotChangeTheStructure) {
    const Node root = read("a: ${TRICKY}\n");
    ASSERT_EQ(root.children.size(), 1u);
    EXPECT_EQ(root.find("a")->text, "${NAME}\nplugins: []");
}

TEST_F(Substitute, LeavesKeysAlone) { EXPECT_EQ(read("${NAME}: x\n").children[0].key, "${NAME}"); }

TEST_F(Substitute, TakesSecretsFromTheEnvironment) {
    const Node root = read("a: !env PASSWORD\nb: !env NOBODY:-fallback\nc: !env NOBODY:-\n");
    EXPECT_THAT(diagnostics.lines(), IsEmpty());
    EXPECT_EQ(root.find("a")->text, "hunter2");
    EXPECT_TRUE(root.find("a")->secret);
    EXPECT_EQ(root.find("b")->text, "fallback");
    EXPECT_EQ(root.find("c")->text, "");
    EXPECT_THAT(render(root), Not(HasSubstr("hunter2")));
    EXPECT_THAT(render(root), HasSubstr("a: ********"));
}

TEST_F(Substitute, TakesSecretsFromFilesWithoutTheLastNewline) {
    const std::string path = write_file("secret", "pass word\n\n");
    EXPECT_EQ(read("a: !file " + path + "\n").find("a")->text, "pass word\n");
    EXPECT_EQ(read("a: !file " + write_file("crlf", "x\r\n") + "\n").find("a")->text, "x");
    EXPECT_THAT(diagnostics.lines(), IsEmpty());
}

TEST_F(Substitute, ReportsEveryProblemWithItsPlace) {
    const Node root = read("a: ${NOBODY}\nb: !env NOTHING\nc: !file /no/such/file\n");
    EXPECT_THAT(diagnostics.lines(),
                ElementsAre(HasSubstr("f:1:4: error: a: the environment variable NOBODY"),
                            HasSubstr("f:2:4: error: b: the environment variable NOTHING"),
                            HasSubstr("f:3:4: error: c: cannot read the file '/no/such/file'")));
    EXPECT_TRUE(root.find("a")->unresolved);
}

TEST_F(Substitute, ASecretThatIsEmptyIsAnError) {
    read("a: !env EMPTY\nb: !env BLANK\nc: !file " + write_file("empty", "") + "\nd: !file " +
         write_file("newline", "\n") + "\n");
    EXPECT_THAT(diagnostics.lines(),
                ElementsAre(HasSubstr("EMPTY is empty"), HasSubstr("BLANK is empty"),
                            HasSubstr("it is empty"), HasSubstr("it is empty")));
}

TEST_F(Substitute, FilesAreRelativeToTheConfiguration) {
    const std::filesystem::path file = write_file("relative", "x");
    Environment beside = environment;
    beside.folder = file.parent_path();
    Node node = read_yaml("a: !file ./" + file.filename().string() + "\n", diagnostics);
    substitute(node, beside, diagnostics);
    EXPECT_THAT(diagnostics.lines(), IsEmpty());
    EXPECT_EQ(node.find("a")->text, "x");
    EXPECT_EQ(beside.absolute("b/../c.key"), (file.parent_path() / "c.key").string());
    EXPECT_EQ(beside.absolute("/c.key"), "/c.key");
    EXPECT_EQ(beside.absolute(""), "");
}

TEST_F(Substitute, NeverRepeatsASecretPastedInTheWrongPlace) {
    read("a: !env hunter2!\n");
    ASSERT_EQ(diagnostics.size(), 1u);
    EXPECT_THAT(diagnostics.lines()[0], Not(HasSubstr("hunter2")));
}

TEST_F(Substitute, RefusesFilesThatAreNoSecrets) {
    read("a: !file /dev/zero\nb: !file " + testing::TempDir() + "\nc: !file " +
         write_file("big", std::string(100'000, 'x')) + "\n");
    EXPECT_THAT(diagnostics.lines(),
                ElementsAre(HasSubstr("not a regular file"), HasSubstr("not a regular file"),
                            HasSubstr("larger than")));
    const std::string fifo = testing::TempDir() + "kitchen-fifo-" + std::to_string(::getpid());
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    read("a: !file " + fifo + "\n");  // must not hang
    std::filesystem::remove(fifo);
    EXPECT_EQ(diagnostics.size(), 4u);
}

}  // namespace
}  // namespace kitchen::config
