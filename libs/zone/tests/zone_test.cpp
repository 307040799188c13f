#include "zone.h"

#include <gtest/gtest.h>

namespace kitchen {
namespace {

Timestamp at(const char* text) { return parse_rfc3339(text).value(); }

TEST(Zone, SaysTimesForPeople) {
    const Zone lagos = Zone::find("Africa/Lagos").value();
    EXPECT_EQ(lagos.text(at("2026-03-02T07:05:59Z")), "Mon 2 Mar 2026, 08:05");
    const auto told = [&](const char* time) {
        return lagos.text(at(time), at("2026-11-28T22:59:59Z"));  // 23:59 there
    };
    EXPECT_EQ(told("2026-11-28T22:30:00Z"), "today, 23:30 (Sat 28 Nov 2026)");
    EXPECT_EQ(told("2026-11-28T23:00:00Z"), "tomorrow, 00:00 (Sun 29 Nov 2026)");
    EXPECT_EQ(told("2026-11-29T11:00:00Z"), "tomorrow, 12:00 (Sun 29 Nov 2026)");
    EXPECT_EQ(told("2026-11-29T23:00:00Z"), "Mon 30 Nov 2026, 00:00");
    EXPECT_EQ(told("2026-11-27T11:00:00Z"), "Fri 27 Nov 2026, 12:00");
}

TEST(Zone, AreThoseOfTheIanaDatabase) {
    for (const char* name : {"", "Lagos", "Africa/lagos", "UTC+1", "../etc/passwd"})
        EXPECT_FALSE(Zone::find(name)) << name;
    EXPECT_TRUE(Zone::find("UTC"));
    EXPECT_TRUE(Zone::find("America/New_York"));
}

}  // namespace
}  // namespace kitchen
