#include "host/health.h"

#include <future>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/fakes.h"

namespace kitchen::host {
namespace {

using testing::HasSubstr;
using testing::Not;
using Overall = HealthReport::Overall;

const auto up = [] { return Status(); };
const auto away = [] {
    return Status(Error(Errc::unavailable, "away", "The store does not answer."));
};

class HealthTest : public testing::Test {
protected:
    testkit::ManualClock clock;
    testkit::RecordingLogger log;
};

TEST_F(HealthTest, IsAsBadAsItsWorstPart) {
    EXPECT_EQ(Health({}, clock, log).report()->overall, Overall::ok);
    EXPECT_EQ(Health({{"s", "store", true, up}}, clock, log).report()->overall, Overall::ok);
    EXPECT_EQ(Health({{"s", "store", true, up}, {"m", "mail", false, away}}, clock, log)
                  .report()
                  ->overall,
              Overall::degraded);
    EXPECT_EQ(Health({{"s", "store", true, away}, {"m", "mail", false, away}}, clock, log)
                  .report()
                  ->overall,
              Overall::down);
    EXPECT_EQ(Health({{"m", "mail", false, away}, {"s", "store", true, away}}, clock, log)
                  .report()
                  ->overall,
              Overall::down);
}

TEST_F(HealthTest, WritesJson) {
    Health health({{"s", "store", true, up}, {"m", "mail", false, away}}, clock, log);
    EXPECT_EQ(
        to_json(*health.report()),
        R"({"status":"degraded","checks":{"store":{"status":"ok","required":true},)"
        R"("mail":{"status":"down","required":false,"detail":"The store does not answer."}}})");
}

TEST_F(HealthTest, AsksAtMostOnceASecond) {
    int asked = 0;
    Health health({{"s", "store", true, [&] { return ++asked, Status(); }}}, clock, log);
    health.report();
    clock.advance(std::chrono::milliseconds(999));
    health.report();
    EXPECT_EQ(asked, 1);
    clock.advance(std::chrono::milliseconds(1));
    health.report();
    EXPECT_EQ(asked, 2);
}

TEST_F(HealthTest, KeepsExceptionsToTheLog) {
    Health health(
        {{"s", "store", true, []() -> Status { throw std::runtime_error("SELECT secret"); }},
         {"o", "odd", true, []() -> Status { throw 1; }}},
        clock, log);
    const auto report = health.report();
    EXPECT_EQ(report->overall, Overall::down);
    EXPECT_THAT(to_json(*report), Not(HasSubstr("SELECT")));
    EXPECT_TRUE(log.contains("SELECT secret"));
    EXPECT_FALSE(report->parts[1].up);
}

TEST_F(HealthTest, TellsChecksOfOneNameApart) {
    Health health({{"sqlite", "store", true, up},
                   {"memory", "store", true, up},
                   {"redis", "cache", true, up}},
                  clock, log);
    const auto report = health.report();
    EXPECT_EQ(report->parts[0].name, "sqlite.store");
    EXPECT_EQ(report->parts[1].name, "memory.store");
    EXPECT_EQ(report->parts[2].name, "cache");
}

TEST_F(HealthTest, GivesThePreviousReportWhileACheckHangsAndThenCallsItDown) {
    std::promise<void> entered, release;
    auto released = release.get_future().share();
    int asked = 0;
    Health health({{"m", "mail", false, up},
                   {"s", "store", true,
                    [&] {
                        if (++asked == 2) {
                            entered.set_value();
                            released.wait();
                        }
                        return Status();
                    }}},
                  clock, log);
    const auto previous = health.report();
    clock.advance(std::chrono::seconds(5));
    std::thread slow([&] { health.report(); });
    entered.get_future().wait();
    EXPECT_EQ(health.report(), previous);
    clock.advance(Health::patience);
    const auto late = health.report();
    EXPECT_EQ(late->overall, Overall::down);
    EXPECT_EQ(
        to_json(*late),
        R"({"status":"down","checks":{"mail":{"status":"ok","required":false},)"
        R"("store":{"status":"down","required":true,"detail":"The check does not answer."}}})");
    release.set_value();
    slow.join();
    EXPECT_EQ(health.report()->overall, Overall::ok);
    EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace kitchen::host
