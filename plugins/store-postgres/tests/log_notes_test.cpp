#include "log_notes.h"

#include <gtest/gtest.h>

namespace kitchen::postgres {
namespace {

using namespace std::chrono_literals;

class LogNotesTest : public testing::Test {
protected:
    LogNotesTest() { notes.limit({.replica_max_lag = 10s}); }
    void note(std::chrono::milliseconds at, Lsn place) { notes.note(LogNotes::Time(at), place); }
    LogNotes notes;
};

TEST_F(LogNotesTest, TheBoundIsWhereTheLogWasOneLimitBeforeTheNextNote) {
    EXPECT_EQ(notes.bound(), 0U);
    for (int second = 0; second <= 9; ++second) {
        note(std::chrono::seconds(second), 100 + static_cast<Lsn>(second));
        EXPECT_EQ(notes.bound(), 100U);
    }
    note(10s, 110);
    EXPECT_EQ(notes.bound(), 101U);
    // Nothing was noted for long: only what is new is known to be within the limit.
    note(1h, 200);
    EXPECT_EQ(notes.bound(), 200U);
}

// A standby that takes the primary's place may not have its last bytes.
TEST_F(LogNotesTest, TheBoundFollowsAPrimaryThatIsFurtherBack) {
    note(1s, 200);
    note(2s, 150);
    EXPECT_EQ(notes.bound(), 200U);
    note(11s, 160);
    EXPECT_EQ(notes.bound(), 150U);
}

TEST_F(LogNotesTest, TheLagIsTheTimeSinceTheLogWasThere) {
    EXPECT_EQ(notes.lag(7), 0ms);
    note(1s, 100);
    note(2s, 200);
    note(4500ms, 300);
    EXPECT_EQ(notes.lag(301), 0ms);
    EXPECT_EQ(notes.lag(300), 0ms);
    EXPECT_EQ(notes.lag(299), 2500ms);
    EXPECT_EQ(notes.lag(100), 3500ms);
    EXPECT_EQ(notes.lag(99), 3500ms);  // at least
    note(1h, 300);                     // a log that does not grow leaves no one behind
    EXPECT_EQ(notes.lag(300), 0ms);
}

}  // namespace
}  // namespace kitchen::postgres
