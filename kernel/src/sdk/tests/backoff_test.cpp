#include "kitchen/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "kitchen/testkit/fakes.h"

namespace kitchen {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToTheCap) {
    const Backoff backoff{10s, 1h};
    EXPECT_EQ(backoff.longest(1), 10s);
    EXPECT_EQ(backoff.longest(2), 20s);
    EXPECT_EQ(backoff.longest(9), 2560s);
    EXPECT_EQ(backoff.longest(10), 1h);
    EXPECT_EQ(backoff.longest(1'000'000), 1h);
    EXPECT_EQ((Backoff{1h, 10s}.longest(1)), 10s);
}

TEST(Backoff, FullJitterUsesTheWholeRangeAndHalfJitterItsUpperHalf) {
    testkit::SeededRandom random;
    const Backoff backoff{100ms, 1h};
    std::vector<std::chrono::milliseconds> full, half;
    for (int i = 0; i < 5000; ++i) {
        full.push_back(backoff.full_jitter(2, random));
        half.push_back(backoff.half_jitter(2, random));
    }
    EXPECT_EQ(*std::min_element(full.begin(), full.end()), 0ms);
    EXPECT_EQ(*std::max_element(full.begin(), full.end()), 200ms);
    EXPECT_EQ(*std::min_element(half.begin(), half.end()), 100ms);
    EXPECT_EQ(*std::max_element(half.begin(), half.end()), 200ms);
}

}  // namespace
}  // namespace kitchen
