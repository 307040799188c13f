#include <mutex>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/json.h"
#include "kitchen/testkit/fakes.h"
#include "observe/current_trace.h"
#include "observe/log_hub.h"
#include "observe/system.h"

namespace kitchen::observe {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Timestamp noon = from_millis(1'767'268'800'000);

std::string line(bool json, std::string_view message, std::vector<LogField> fields = {}) {
    return format_line(json, noon, LogLevel::info, "orders", message, fields);
}

TEST(FormatLine, WritesText) {
    EXPECT_EQ(
        line(false, "order placed",
             {{"order_id", 12}, {"who", "Ada Obi"}, {"share", 0.5}, {"late", false}, {"note", ""}}),
        "2026-01-01T12:00:00.000Z info  orders  order placed order_id=12 who=\"Ada Obi\" share=0.5 "
        "late=false note=\"\"");
}

TEST(FormatLine, WritesJson) {
    EXPECT_EQ(
        line(true, "order placed", {{"order_id", 12}, {"late", true}}),
        R"({"ts":"2026-01-01T12:00:00.000Z","level":"info","plugin":"orders","message":"order placed","order_id":12,"late":true})");
}

TEST(FormatLine, LetsNobodyForgeALine) {
    const std::string_view evil =
        "x\n2026-01-01T12:00:00.000Z error kernel  owned\r\x1b[2J\x7f\xc2\x9b";
    for (const bool json : {false, true}) {
        const std::string out = line(json, evil, {{"key\n", evil}});
        for (const char c : out) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << out;
    }
    const std::string text = line(false, "m", {{"v", "a\" b=\"c\\"}});
    EXPECT_THAT(text, HasSubstr(R"(v="a\" b=\"c\\")"));
    EXPECT_THAT(line(false, "m", {{"v", "\xc2\x9b"}}), HasSubstr("\\xc2\\x9b"));
    EXPECT_THAT(line(false, "m", {{"v", "\x9b[2J \xe2\x82 \xff\xc2"}}),
                HasSubstr("\\x9b[2J \\xe2\\x82 \\xff\\xc2"))
        << "no UTF-8: an 8-bit terminal obeys it";
    EXPECT_TRUE(parse_json(line(true, evil, {{"v", evil}})).has_value());
}

TEST(FormatLine, KeepsPrintableUtf8) {
    EXPECT_THAT(line(false, "Ẹ̀bà ₦1,500"), HasSubstr("Ẹ̀bà ₦1,500"));
}

TEST(LogHub, FiltersByLevelAndNamesThePlugin) {
    testkit::ManualClock clock;
    std::vector<std::string> lines;
    LogHub hub({false, LogLevel::warn, [&](std::string_view l) { lines.emplace_back(l); }}, clock);
    const auto auth = hub.logger("auth"), cart = hub.logger("cart");
    auth->info("unseen");
    auth->warn("seen", {{"n", 1}});
    cart->error("bad");
    EXPECT_FALSE(auth->enabled(LogLevel::info));
    EXPECT_TRUE(auth->enabled(LogLevel::error));
    EXPECT_FALSE(auth->enabled(LogLevel::off));
    EXPECT_THAT(lines, ElementsAre("2026-01-01T12:00:00.000Z warn  auth  seen n=1",
                                   "2026-01-01T12:00:00.000Z error cart  bad"));
}

TEST(LogHub, EndsLinesWithTheTraceOfTheRequestBehindThem) {
    testkit::ManualClock clock;
    std::vector<std::string> lines;
    LogHub hub({false, LogLevel::info,
                [&](std::string_view l) { lines.emplace_back(l.substr(l.find("  ") + 2)); }},
               clock);
    const auto log = hub.logger("cart");
    {
        const TraceScope scope(std::make_shared<const CarriedTrace>(
            CarriedTrace{{"4bf92f3577b34da6a3ce929d0e0e4736", "", 0}, ""}));
        log->info("emptied", {{"user_id", 7}});
        log->info("request", {{"trace_id", "its own"}});
    }
    log->info("swept");
    EXPECT_THAT(lines,
                ElementsAre("cart  emptied user_id=7 trace_id=4bf92f3577b34da6a3ce929d0e0e4736",
                            "cart  request trace_id=\"its own\"", "cart  swept"));
}

TEST(LogHub, OffIsSilent) {
    testkit::ManualClock clock;
    int lines = 0;
    LogHub hub({false, LogLevel::off, [&](std::string_view) { ++lines; }}, clock);
    hub.logger("a")->error("x");
    EXPECT_EQ(lines, 0);
}

TEST(LogHub, SurvivesASinkThatThrows) {
    testkit::ManualClock clock;
    LogHub hub(
        {false, LogLevel::info, [](std::string_view) { throw std::runtime_error("disk full"); }},
        clock);
    hub.logger("a")->info("x");
}

TEST(LogHub, TakesLinesFromManyThreadsOneAtATime) {
    testkit::ManualClock clock;
    std::vector<std::string> lines;  // guarded by the hub
    LogHub hub({true, LogLevel::info, [&](std::string_view l) { lines.emplace_back(l); }}, clock);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            const auto log = hub.logger("t");
            for (int i = 0; i < 250; ++i) log->info("line", {{"i", i}});
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(lines.size(), 1000u);
}

TEST(SystemRandom, FillsAndDiffers) {
    SystemRandom random;
    EXPECT_NE(random.hex(32), random.hex(32));
    EXPECT_THAT(random.hex(100'000), Not(HasSubstr(std::string(64, '0'))));
    random.fill({});
}

TEST(SystemClock, Advances) {
    SystemClock clock;
    const auto before = clock.steady_now();
    EXPECT_GE(clock.steady_now(), before);
    EXPECT_GT(to_millis(clock.now()), 1'600'000'000'000);
}

}  // namespace
}  // namespace kitchen::observe
