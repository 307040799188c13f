#include "config/values.h"

#include <gtest/gtest.h>

#include "config/diagnostics.h"

namespace kitchen::config {
namespace {

using std::chrono::milliseconds;

TEST(Values, ReadDurations) {
    EXPECT_EQ(parse_duration("250ms"), milliseconds(250));
    EXPECT_EQ(parse_duration("30s"), milliseconds(30'000));
    EXPECT_EQ(parse_duration("10m"), milliseconds(600'000));
    EXPECT_EQ(parse_duration("2h"), milliseconds(7'200'000));
    EXPECT_EQ(parse_duration("1d"), milliseconds(86'400'000));
    EXPECT_EQ(parse_duration("1.5s"), milliseconds(1'500));
    EXPECT_EQ(parse_duration("0.25h"), milliseconds(900'000));
    EXPECT_EQ(parse_duration("1m30s"), milliseconds(90'000));
    EXPECT_EQ(parse_duration("1d12h0.5s"), milliseconds(129'600'500));
    EXPECT_EQ(parse_duration("2w"), milliseconds(1'209'600'000));
    EXPECT_EQ(parse_duration("0"), milliseconds(0));
    EXPECT_EQ(parse_duration("0s"), milliseconds(0));
    for (const char* bad :
         {"", "5", "-5s", "1.s", ".5s", "1.5", "0.1ms", "30s1m", "1s1s", "1m 30s", "5 s", "5S", "s",
          "5sec", "99999999999999999d", "99999999999999999999s", "0.00000000001d"})
        EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(Values, ReadSizes) {
    EXPECT_EQ(parse_bytes("512"), 512);
    EXPECT_EQ(parse_bytes("64KiB"), 65'536);
    EXPECT_EQ(parse_bytes("10MiB"), 10'485'760);
    EXPECT_EQ(parse_bytes("1GiB"), 1'073'741'824);
    EXPECT_EQ(parse_bytes("1.5MiB"), 1'572'864);
    EXPECT_EQ(parse_bytes("0.25GiB"), 268'435'456);
    for (const char* bad : {"", "1KB", "1 MiB", "-1", "1.5", "0.3KiB", "9999999999GiB"})
        EXPECT_FALSE(parse_bytes(bad)) << bad;
}

TEST(Values, ReadNumbersAndBooleans) {
    EXPECT_EQ(parse_integer("-12"), -12);
    EXPECT_EQ(parse_integer("9223372036854775807"), INT64_MAX);
    for (const char* bad : {"", "1.0", "0x10", "1e3", "9223372036854775808", " 1", "1 ", "+1"})
        EXPECT_FALSE(parse_integer(bad)) << bad;
    EXPECT_EQ(parse_boolean("true"), true);
    EXPECT_EQ(parse_boolean("false"), false);
    for (const char* bad : {"", "yes", "True", "1", "on"}) EXPECT_FALSE(parse_boolean(bad)) << bad;
}

TEST(Values, KeepToLimits) {
    const auto check = [](SettingType type, Value value, const char* limits) {
        return check_limits(type, value, limits).value_or("");
    };
    EXPECT_EQ(check(SettingType::integer, std::int64_t{5}, "1..5"), "");
    EXPECT_EQ(check(SettingType::integer, std::int64_t{6}, "1..5"), "must be between 1 and 5");
    EXPECT_EQ(check(SettingType::integer, std::int64_t{0}, "1.."), "must be at least 1");
    EXPECT_EQ(check(SettingType::integer, std::int64_t{9}, "..8"), "must be at most 8");
    EXPECT_EQ(check(SettingType::duration, milliseconds(500), "1s..1h"),
              "must be between 1s and 1h");
    EXPECT_EQ(check(SettingType::bytes, std::int64_t{1'048'577}, "1KiB..1MiB"),
              "must be between 1KiB and 1MiB");
    EXPECT_EQ(check(SettingType::choice, std::string("json"), "text|json"), "");
    EXPECT_EQ(check(SettingType::choice, std::string("xml"), "text|json"),
              "must be one of text, json");
    EXPECT_EQ(check(SettingType::integer, std::int64_t{5}, ""), "");
    EXPECT_THROW(check(SettingType::integer, std::int64_t{5}, "1-5"), std::invalid_argument);
    EXPECT_THROW(check(SettingType::integer, std::int64_t{5}, "one..5"), std::invalid_argument);
}

TEST(Suggest, MeasuresDistance) {
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("max_attempt", "max_attempts"), 1u);
    EXPECT_EQ(edit_distance("lisetn", "listen"), 1u);  // neighbours swapped
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
    EXPECT_EQ(edit_distance("same", "same"), 0u);
}

TEST(Suggest, OffersOnlyWhatIsNear) {
    const std::vector<std::string> known = {"listen", "limits", "timeouts"};
    EXPECT_EQ(suggestion("lisen", known), "; did you mean 'listen'?");
    EXPECT_EQ(suggestion("timeout", known), "; did you mean 'timeouts'?");
    EXPECT_EQ(suggestion("zebra", known), "");
    EXPECT_EQ(suggestion(std::string(10'000, 'x'), known), "");
    EXPECT_EQ(suggestion("x", {}), "");
}

}  // namespace
}  // namespace kitchen::config
