#include "keys/server_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::auth {
namespace {

namespace fs = std::filesystem;

class ServerKeyTest : public testing::Test {
protected:
    std::string mac(const ServerKeySource& source) {
        ServerKey key(source);
        key.open(random, log);
        return key.get().mac({"x"});
    }
    static unsigned mode(const fs::path& path) {
        struct stat info {};
        return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
    }
    static std::string content(const fs::path& path) {
        std::ifstream in(path);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    testkit::TemporaryDirectory directory;
    const fs::path folder = directory.path();
    testkit::SeededRandom random;
    testkit::RecordingLogger log;
};

TEST_F(ServerKeyTest, MadeOnceAndKept) {
    const fs::path file = folder / "keys" / "deep" / "auth.key";
    const std::string first = mac({"", file});
    EXPECT_EQ(mode(file), 0600u);
    EXPECT_EQ(mode(file.parent_path()), 0700u);
    EXPECT_EQ(mode(folder / "keys"), 0700u);
    EXPECT_EQ(content(file).size(), 65u);
    EXPECT_EQ(mac({"", file}), first);
    EXPECT_FALSE(log.contains(content(file).substr(0, 64)));
    int files = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(file.parent_path())) ++files;
    EXPECT_EQ(files, 1) << "a draft was left behind";
}

TEST_F(ServerKeyTest, RacersAgree) {
    const fs::path file = folder / "keys" / "auth.key";
    std::vector<std::string> macs(8);
    {
        std::vector<std::jthread> threads;
        for (auto& slot : macs) threads.emplace_back([&] { slot = mac({"", file}); });
    }
    EXPECT_EQ(std::set<std::string>(macs.begin(), macs.end()).size(), 1u);
    EXPECT_EQ(mac({"", file}), macs[0]);
}

TEST_F(ServerKeyTest, TextIsUsedAsItIs) {
    const std::string text = "0123456789abcdef0123456789abcdef";
    EXPECT_EQ(mac({text, ""}), mac({text, ""}));
    std::ofstream(folder / "key") << text << "\n";
    EXPECT_EQ(mac({"", folder / "key"}), mac({text, ""}));
}

TEST_F(ServerKeyTest, RefusesWhatIsWeakOrUnreadable) {
    std::ofstream(folder / "short") << "too short\n";
    EXPECT_THROW(mac({"", folder / "short"}), std::runtime_error);
    EXPECT_THROW(mac({"", folder}), std::runtime_error);
    std::ofstream(folder / "file") << "x";
    EXPECT_ANY_THROW(mac({"", folder / "file" / "key"}));
}

TEST_F(ServerKeyTest, WarnsOfOpenFiles) {
    const fs::path file = folder / "key";
    mac({"", file});
    ::chmod(file.c_str(), 0644);
    EXPECT_FALSE(log.contains("chmod 600"));
    mac({"", file});
    EXPECT_TRUE(log.contains("chmod 600"));
}

TEST_F(ServerKeyTest, WithoutSourceLastsOneProcess) {
    EXPECT_NE(mac({"", ""}), mac({"", ""}));
    EXPECT_TRUE(log.contains("neither key nor key_file"));
}

TEST_F(ServerKeyTest, PurposesMayBeNamedBeforeItIsOpen) {
    ServerKey key({"0123456789abcdef0123456789abcdef", ""});
    const PurposeKey tokens(key, "tokens");
    EXPECT_THROW(tokens.mac({"x"}), std::logic_error);
    key.open(random, log);
    EXPECT_EQ(tokens.mac({"x"}), key.get().derive("tokens").mac({"x"}));
}

}  // namespace
}  // namespace kitchen::auth
