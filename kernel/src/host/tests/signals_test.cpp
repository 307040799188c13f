#include "host/signals.h"

#include <chrono>
#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>
#include <unistd.h>

#include "host/exit_code.h"
#include "kitchen/testkit/fakes.h"

namespace kitchen::host {
namespace {

// Signals belong to a whole process, so each of these runs in one of its own: a death test.
class Signals : public testing::Test {
protected:
    void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(Signals, TheFirstAsksToStop) {
    EXPECT_EXIT(
        {
            block_signals();
            SignalWatcher watcher;
            if (watcher.stop_requested()) std::exit(1);
            for (const int ignored : {SIGHUP, SIGUSR1, SIGUSR2}) ::kill(::getpid(), ignored);
            ::kill(::getpid(), SIGTERM);
            const int number = watcher.wait();
            std::exit(number == SIGTERM && watcher.stop_requested() ? 0 : 2);
        },
        testing::ExitedWithCode(0), "");
}

TEST_F(Signals, TheSecondEndsTheProcessAtOnce) {
    for (const auto& [second, code] : {std::pair{SIGTERM, 143}, {SIGINT, 130}}) {
        EXPECT_EXIT(
            {
                block_signals();
                SignalWatcher watcher;
                ::kill(::getpid(), SIGINT);
                watcher.wait();
                ::kill(::getpid(), second);
                for (;;) ::pause();
            },
            testing::ExitedWithCode(code), "");
    }
}

TEST_F(Signals, AStartThatDoesNotEndIsEndedAfterItsGrace) {
    EXPECT_EXIT(
        {
            block_signals();
            testkit::RecordingLogger log;
            SignalWatcher watcher;
            watcher.log_to(&log);
            watcher.limit(std::chrono::milliseconds(1), [] { return "oven"; });
            ::kill(::getpid(), SIGTERM);
            for (;;) ::pause();
        },
        testing::ExitedWithCode(static_cast<int>(ExitCode::ok)), "");
}

TEST_F(Signals, ALimitCountsForASignalThatCameBeforeIt) {
    EXPECT_EXIT(
        {
            block_signals();
            testkit::RecordingLogger log;
            SignalWatcher watcher;
            watcher.log_to(&log);
            ::kill(::getpid(), SIGTERM);
            watcher.wait();
            watcher.limit(std::chrono::milliseconds(1), [] { return "oven"; });
            for (;;) ::pause();
        },
        testing::ExitedWithCode(static_cast<int>(ExitCode::ok)), "");
}

TEST_F(Signals, ALimitThatWasLiftedEndsNothing) {
    EXPECT_EXIT(
        {
            block_signals();
            testkit::RecordingLogger log;
            SignalWatcher watcher;
            watcher.log_to(&log);
            watcher.limit(std::chrono::hours(1), [] { return ""; });
            ::kill(::getpid(), SIGTERM);
            watcher.wait();
            watcher.lift_limit();  // returns only once the timer is gone
            watcher.log_to(nullptr);
            std::exit(watcher.stop_requested() ? 0 : 2);
        },
        testing::ExitedWithCode(0), "");
}

TEST_F(Signals, ABrokenPipeIsAnErrorAndNotTheEnd) {
    EXPECT_EXIT(
        {
            block_signals();
            int ends[2];
            if (::pipe(ends) != 0) std::exit(1);
            ::close(ends[0]);
            std::exit(::write(ends[1], "x", 1) == -1 ? 0 : 2);
        },
        testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace kitchen::host
