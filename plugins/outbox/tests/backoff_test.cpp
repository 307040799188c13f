#include "backoff.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "kitchen/testkit/fakes.h"

namespace kitchen::outbox {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToTheCap) {
    const Backoff backoff{10s, 1h};
    EXPECT_EQ(longest_wait(backoff, 1), 10s);
    EXPECT_EQ(longest_wait(backoff, 2), 20s);
    EXPECT_EQ(longest_wait(backoff, 9), 2560s);
    EXPECT_EQ(longest_wait(backoff, 10), 1h);
    EXPECT_EQ(longest_wait(backoff, 1'000'000), 1h);
    EXPECT_EQ(longest_wait({1h, 1h}, 1), 1h);
}

TEST(Backoff, FullJitterUsesTheWholeRange) {
    testkit::SeededRandom random;
    const Backoff backoff{100ms, 1h};
    std::chrono::milliseconds least = 1h, most = 0ms;
    for (int i = 0; i < 5000; ++i) {
        const auto wait = wait_after(backoff, 2, random);
        least = std::min(least, wait);
        most = std::max(most, wait);
    }
    EXPECT_EQ(least, 0ms);
    EXPECT_EQ(most, 200ms);
}

}  // namespace
}  // namespace kitchen::outbox
