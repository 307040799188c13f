#include "attempt_limits.h"

#include <gtest/gtest.h>

#include "kitchen/testkit/fakes.h"
#include "memory_cache.h"

namespace kitchen::auth {
namespace {

using std::chrono::seconds;

class FailureLimitTest : public testing::Test {
protected:
    FailureLimitTest() { key.open(random, log); }

    testkit::ManualClock clock;
    MemoryCache cache{clock};
    ServerKey key{{"0123456789abcdef0123456789abcdef", ""}};
    testkit::SeededRandom random;
    testkit::RecordingLogger log;
    FailureLimit throttle{cache, key, {3, seconds(30)}};
};

TEST_F(FailureLimitTest, ExactlyTheBurstIsTried) {
    const std::string ada = throttle.subject("id:1", "192.0.2.1");
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(throttle.check(ada)) << i;
        ASSERT_TRUE(throttle.failed(ada));
    }
    const Status refused = throttle.check(ada);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::too_many_requests);
    EXPECT_EQ(refused.error().retry_after, seconds(30));
}

TEST_F(FailureLimitTest, LookingDoesNotCount) {
    const std::string ada = throttle.subject("id:1", "192.0.2.1");
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(throttle.check(ada));
}

TEST_F(FailureLimitTest, OneMoreEveryPeriod) {
    const std::string ada = throttle.subject("id:1", "192.0.2.1");
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(throttle.failed(ada));
    clock.advance(seconds(29));
    EXPECT_FALSE(throttle.check(ada));
    clock.advance(seconds(1));
    ASSERT_TRUE(throttle.check(ada));
    ASSERT_TRUE(throttle.failed(ada));
    EXPECT_FALSE(throttle.check(ada));
    clock.advance(seconds(90));
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(throttle.check(ada));
        ASSERT_TRUE(throttle.failed(ada));
    }
    EXPECT_FALSE(throttle.check(ada));
}

TEST_F(FailureLimitTest, NeverLocksOthersOut) {
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(throttle.failed(throttle.subject("id:1", "192.0.2.1")));
    EXPECT_FALSE(throttle.check(throttle.subject("id:1", "192.0.2.1")));
    EXPECT_TRUE(throttle.check(throttle.subject("id:1", "192.0.2.2")));
    EXPECT_TRUE(throttle.check(throttle.subject("id:2", "192.0.2.1")));
}

TEST_F(FailureLimitTest, ZeroIsNoLimit) {
    FailureLimit open(cache, key, {0, seconds(30)});
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(open.failed("x"));
    EXPECT_TRUE(open.check("x"));
}

TEST_F(FailureLimitTest, SubjectsShowNothing) {
    EXPECT_EQ(throttle.subject("name:ada@example.com", "192.0.2.1").find("ada"), std::string::npos);
}

TEST(RateLimitTest, CountsBySubject) {
    testkit::ManualClock clock;
    MemoryCache cache(clock);
    AttemptLimit limit(cache, {2, seconds(10)}, "test", "too_many", "Slow down.");
    EXPECT_TRUE(limit.tick("a"));
    EXPECT_TRUE(limit.tick("a"));
    const Status refused = limit.tick("a");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "too_many");
    EXPECT_EQ(refused.error().retry_after, seconds(10));
    EXPECT_TRUE(limit.tick("b"));
    clock.advance(std::chrono::milliseconds(9'001));
    EXPECT_EQ(limit.tick("a").error().retry_after, seconds(1)) << "rounded up";
    clock.advance(seconds(1));
    EXPECT_TRUE(limit.tick("a"));
}

}  // namespace
}  // namespace kitchen::auth
