#include "kitchen/time.h"

#include <limits>

#include <gtest/gtest.h>

namespace kitchen {
namespace {

struct TimeCase {
    const char* text;
    const char* same;  ///< as the program writes it; nullptr: refused
};

class Rfc3339 : public testing::TestWithParam<TimeCase> {};

TEST_P(Rfc3339, ReadsOrRefuses) {
    const auto at = parse_rfc3339(GetParam().text);
    ASSERT_EQ(at.has_value(), GetParam().same != nullptr) << GetParam().text;
    if (at) {
        EXPECT_EQ(format_rfc3339(*at), GetParam().same);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Rfc3339,
    testing::Values(
        TimeCase{"2026-01-31T09:05:00.000Z", "2026-01-31T09:05:00.000Z"},
        TimeCase{"2026-01-31T09:05:00Z", "2026-01-31T09:05:00.000Z"},
        TimeCase{"2026-01-31t09:05:00z", "2026-01-31T09:05:00.000Z"},
        TimeCase{"2026-01-31T09:05:00.5Z", "2026-01-31T09:05:00.500Z"},
        TimeCase{"2026-01-31T09:05:00.123456789Z", "2026-01-31T09:05:00.123Z"},
        TimeCase{"2026-01-31T09:05:00.0009Z", "2026-01-31T09:05:00.000Z"},
        TimeCase{"2026-01-31T09:05:00+01:00", "2026-01-31T08:05:00.000Z"},
        TimeCase{"2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000Z"},
        TimeCase{"2026-01-31T23:30:00-05:30", "2026-02-01T05:00:00.000Z"},
        TimeCase{"2026-01-31T09:05:00-00:00", "2026-01-31T09:05:00.000Z"},
        TimeCase{"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
        TimeCase{"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
        TimeCase{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"},
        TimeCase{"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
        TimeCase{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
        TimeCase{"2016-12-31T18:59:60.5-05:00", "2017-01-01T00:00:00.000Z"},
        // Refused.
        TimeCase{"", nullptr}, TimeCase{"2026-01-31", nullptr},
        TimeCase{"2026-01-31T09:05:00", nullptr}, TimeCase{"2026-01-31T09:05Z", nullptr},
        TimeCase{"2026-01-31 09:05:00Z", nullptr}, TimeCase{"2026-1-31T09:05:00Z", nullptr},
        TimeCase{"2026-13-01T00:00:00Z", nullptr}, TimeCase{"2026-00-01T00:00:00Z", nullptr},
        TimeCase{"2026-02-30T00:00:00Z", nullptr}, TimeCase{"2025-02-29T00:00:00Z", nullptr},
        TimeCase{"2026-01-00T00:00:00Z", nullptr}, TimeCase{"2026-01-31T24:00:00Z", nullptr},
        TimeCase{"2026-01-31T09:60:00Z", nullptr}, TimeCase{"2026-01-31T09:05:61Z", nullptr},
        TimeCase{"2026-01-31T09:05:60Z", nullptr}, TimeCase{"2026-01-31T09:05:00.Z", nullptr},
        TimeCase{"2026-01-31T09:05:00.1234567890Z", nullptr},
        TimeCase{"2026-01-31T09:05:00,5Z", nullptr}, TimeCase{"2026-01-31T09:05:00+24:00", nullptr},
        TimeCase{"2026-01-31T09:05:00+01:60", nullptr},
        TimeCase{"2026-01-31T09:05:00+0100", nullptr}, TimeCase{"2026-01-31T09:05:00+01", nullptr},
        TimeCase{"2026-01-31T09:05:00ZZ", nullptr}, TimeCase{" 2026-01-31T09:05:00Z", nullptr},
        TimeCase{"2026-01-31T09:05:00Z ", nullptr}, TimeCase{"0000-01-01T00:00:00Z", nullptr},
        TimeCase{"0001-01-01T00:00:00+00:01", nullptr},
        TimeCase{"9999-12-31T23:59:59-00:01", nullptr}, TimeCase{"-001-01-01T00:00:00Z", nullptr},
        TimeCase{"20260-01-31T09:05:00Z", nullptr}, TimeCase{"２026-01-31T09:05:00Z", nullptr}));

TEST(Rfc3339, AgreesWithMillis) {
    EXPECT_EQ(to_millis(*parse_rfc3339("2026-01-01T12:00:00Z")), 1'767'268'800'000);
    EXPECT_EQ(format_rfc3339(from_millis(0)), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(format_rfc3339(from_millis(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, StaysInsideFourDigitYears) {
    EXPECT_EQ(format_rfc3339(from_millis(std::numeric_limits<std::int64_t>::max())),
              "9999-12-31T23:59:59.999Z");
    EXPECT_EQ(format_rfc3339(from_millis(std::numeric_limits<std::int64_t>::min())),
              "0001-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace kitchen
