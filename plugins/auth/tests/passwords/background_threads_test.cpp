#include "passwords/background_threads.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

namespace kitchen::auth {
namespace {

int own_niceness() { return ::getpriority(PRIO_PROCESS, 0); }

TEST(BackgroundThreads, GiveWayToTheirCaller) {
    BackgroundThreads threads(1);
    const int before = own_niceness();
    int inside = 0;
    threads.run([&] { inside = own_niceness(); });
    EXPECT_GE(inside, std::min(before + 1, 19)) << "19 is the lowest priority there is";
    EXPECT_EQ(own_niceness(), before) << "the caller's own priority must stay";
}

TEST(BackgroundThreads, RunAsManyAtOnceAsThereAre) {
    BackgroundThreads threads(3);
    std::latch all(3);
    std::vector<std::jthread> callers;
    for (int i = 0; i < 3; ++i)
        callers.emplace_back([&] {
            threads.run([&] { all.arrive_and_wait(); });
        });  // hangs when one waits for another
}

TEST(BackgroundThreads, WhatIsThrownReachesTheCaller) {
    BackgroundThreads threads(1);
    EXPECT_THROW(threads.run([] { throw std::runtime_error("burnt"); }), std::runtime_error);
    bool done = false;
    threads.run([&] { done = true; });
    EXPECT_TRUE(done);
}

TEST(BackgroundThreads, EveryCallerGetsItsOwnWorkDone) {
    BackgroundThreads threads(2);
    std::atomic<int> sum{0};
    {
        std::vector<std::jthread> callers;
        for (int i = 1; i <= 100; ++i)
            callers.emplace_back([&, i] {
                bool done = false;
                threads.run([&] {
                    sum += i;
                    done = true;
                });
                EXPECT_TRUE(done);
            });
    }
    EXPECT_EQ(sum, 5050);
}

}  // namespace
}  // namespace kitchen::auth
