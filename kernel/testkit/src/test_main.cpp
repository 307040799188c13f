// The main() of every test: GoogleTest's own, and the name of the test in which the process crashes
// or hangs. A ctest entry is a whole executable, which prints failures only (--gtest_brief=1).
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <gtest/gtest.h>
#include <unistd.h>

namespace kitchen::testkit {
namespace {

constexpr unsigned seconds_a_test = 600;

// For a signal handler, which may call next to nothing.
std::array<char, 256> running_test{};

void name_running_test(int signal) {
    static constexpr char crashed[] = "\nThe test that was running: ";
    static constexpr char hung[] = "\nThe test that did not end in time: ";
    const bool too_long = signal == SIGALRM;
    (void)!::write(STDERR_FILENO, too_long ? hung : crashed,
                   (too_long ? sizeof hung : sizeof crashed) - 1);
    (void)!::write(STDERR_FILENO, running_test.data(), std::strlen(running_test.data()));
    (void)!::write(STDERR_FILENO, "\n", 1);
    std::signal(SIGABRT, SIG_DFL);
    std::abort();
}

class RunningTest final : public testing::EmptyTestEventListener {
    void OnTestStart(const testing::TestInfo& test) override {
        std::snprintf(running_test.data(), running_test.size(), "%s.%s", test.test_suite_name(),
                      test.name());
        ::alarm(seconds_a_test);
    }
    void OnTestProgramEnd(const testing::UnitTest&) override { ::alarm(0); }
};

}  // namespace
}  // namespace kitchen::testkit

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    testing::UnitTest::GetInstance()->listeners().Append(new kitchen::testkit::RunningTest);
    std::signal(SIGALRM, kitchen::testkit::name_running_test);
    std::signal(SIGABRT, kitchen::testkit::name_running_test);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they say more of a crash
    for (const int crash : {SIGSEGV, SIGBUS, SIGFPE})
        std::signal(crash, kitchen::testkit::name_running_test);
#endif
    return RUN_ALL_TESTS();
}
