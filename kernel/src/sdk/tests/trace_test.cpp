#include "kitchen/http/trace.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "kitchen/testkit/fakes.h"

namespace kitchen::http {
namespace {

constexpr const char* good_id = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr const char* good_parent = "00f067aa0ba902b7";

struct TraceCase {
    const char* name;
    std::string value;
    int flags = -1;  ///< -1: refused
};
void PrintTo(const TraceCase& c, std::ostream* out) { *out << c.name; }

class Traceparent : public testing::TestWithParam<TraceCase> {};

TEST_P(Traceparent, IsReadOrRefused) {
    const auto trace = parse_traceparent(GetParam().value);
    ASSERT_EQ(trace.has_value(), GetParam().flags >= 0);
    if (!trace) return;
    EXPECT_EQ(trace->id, good_id);
    EXPECT_EQ(trace->parent_id, good_parent);
    EXPECT_EQ(trace->flags, GetParam().flags);
}

std::string with(const std::string& version, const std::string& flags = "01",
                 const std::string& more = "") {
    return version + '-' + good_id + '-' + good_parent + '-' + flags + more;
}
std::string with_ids(const std::string& trace, const std::string& parent) {
    return "00-" + trace + '-' + parent + "-01";
}
std::string zeros(std::size_t n) { return std::string(n, '0'); }
std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
    return text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Traceparent,
    testing::Values(
        TraceCase{"Sampled", with("00"), 1}, TraceCase{"NotSampled", with("00", "00"), 0},
        TraceCase{"AllFlags", with("00", "ff"), 255}, TraceCase{"LaterVersion", with("01"), 1},
        TraceCase{"LaterVersionWithMore", with("cc", "01", "-what-the-future-brings"), 1},
        TraceCase{"LaterVersionWithDash", with("01", "01", "-"), 1},
        TraceCase{"LaterVersionRunOn", with("01", "01", "x")},
        TraceCase{"LaterVersionDot", with("cc", "01", ".what")}, TraceCase{"VersionFf", with("ff")},
        TraceCase{"Version00WithMore", with("00", "01", "-more")},
        TraceCase{"Version00WithDash", with("00", "01", "-")}, TraceCase{"Empty", ""},
        TraceCase{"TooShort", with("00", "0")}, TraceCase{"ShortVersion", with("0")},
        TraceCase{"NoFlags", with("00", "")}, TraceCase{"BadVersion", with("0x")},
        TraceCase{"UpperVersion", with("CC")}, TraceCase{"BadFlags", with("00", "0g")},
        TraceCase{"UpperFlags", with("00", "0A")},
        TraceCase{"ZeroTrace", with_ids(zeros(32), good_parent)},
        TraceCase{"ZeroParent", with_ids(good_id, zeros(16))},
        TraceCase{"UpperTrace", with_ids(upper(good_id), good_parent)},
        TraceCase{"UpperParent", with_ids(good_id, upper("00f067aa0ba902bf"))},
        TraceCase{"TraceNotHex", with_ids("4bf92f3577b34da6a3ce929d0e0e473g", good_parent)},
        TraceCase{"ParentNotHex", with_ids(good_id, "00f067aa0ba902b.")},
        TraceCase{"ShortTrace", with_ids("4bf92f3577b34da6a3ce929d0e0e473", "00f067aa0ba902b7a")},
        TraceCase{"LongTrace", with_ids("4bf92f3577b34da6a3ce929d0e0e47360", "0f067aa0ba902b7")},
        TraceCase{"Underscores", "00_" + std::string(good_id) + '_' + good_parent + "_01"},
        TraceCase{"LeadingSpace", ' ' + with("00")},
        TraceCase{"TrailingSpace", with("00", "01", " ")},
        TraceCase{"Nul", "00-" + std::string(32, '\0') + '-' + good_parent + "-01"},
        TraceCase{"Huge", std::string(100'000, '0')}),
    [](const auto& info) { return info.param.name; });

TEST(OutgoingTraceparent, KeepsTheTraceUnderASpanOfItsOwn) {
    testkit::SeededRandom random;
    const Trace trace = *parse_traceparent(with("01", "ff", "-more"));
    const std::string first = traceparent(trace, random), second = traceparent(trace, random);
    EXPECT_NE(first, second);
    const auto read = parse_traceparent(first);
    ASSERT_TRUE(read) << first;
    EXPECT_TRUE(first.starts_with("00-"));
    EXPECT_EQ(read->id, good_id);
    EXPECT_NE(read->parent_id, good_parent);
    EXPECT_EQ(read->flags, Trace::sampled);  // of the others level 1 says nothing
}

TEST(OutgoingTraceparent, IsValidWhateverTheRandomBytes) {
    struct Zeros final : Random {
        void fill(std::span<std::byte> out) override {
            std::fill(out.begin(), out.end(), std::byte{0});
        }
    } nothing;
    EXPECT_EQ(traceparent({good_id, "", 0}, nothing),
              std::string("00-") + good_id + "-0000000000000001-00");
}

}  // namespace
}  // namespace kitchen::http
