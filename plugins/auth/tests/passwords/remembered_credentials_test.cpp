#include "passwords/remembered_credentials.h"

#include <gtest/gtest.h>

#include "kitchen/testkit/fakes.h"

namespace kitchen::auth {
namespace {

using std::chrono::seconds;

TEST(RememberedCredentials, ForgetsAfterItsTime) {
    testkit::ManualClock clock;
    RememberedCredentials remembered(clock, seconds(60));
    EXPECT_FALSE(remembered.contains("a"));
    remembered.remember("a");
    clock.advance(seconds(59));
    EXPECT_TRUE(remembered.contains("a"));
    clock.advance(seconds(1));
    EXPECT_FALSE(remembered.contains("a"));
}

TEST(RememberedCredentials, RememberingAgainProlongs) {
    testkit::ManualClock clock;
    RememberedCredentials remembered(clock, seconds(60));
    remembered.remember("a");
    clock.advance(seconds(50));
    remembered.remember("a");
    clock.advance(seconds(50));
    remembered.remember("b");  // sweeps the first entry of "a", not the second
    EXPECT_TRUE(remembered.contains("a"));
    clock.advance(seconds(10));
    EXPECT_FALSE(remembered.contains("a"));
}

TEST(RememberedCredentials, StaysBounded) {
    testkit::ManualClock clock;
    RememberedCredentials remembered(clock, seconds(60), 3);
    for (const char* name : {"a", "b", "c", "d"}) remembered.remember(name);
    EXPECT_EQ(remembered.size(), 3u);
    EXPECT_FALSE(remembered.contains("a"));
    EXPECT_TRUE(remembered.contains("b"));
    EXPECT_TRUE(remembered.contains("d"));
    clock.advance(seconds(60));
    remembered.remember("e");
    EXPECT_EQ(remembered.size(), 1u) << "expired ones go";
}

TEST(RememberedCredentials, ZeroRemembersNothing) {
    testkit::ManualClock clock;
    RememberedCredentials remembered(clock, seconds(0));
    remembered.remember("a");
    EXPECT_FALSE(remembered.contains("a"));
    EXPECT_EQ(remembered.size(), 0u);
}

}  // namespace
}  // namespace kitchen::auth
