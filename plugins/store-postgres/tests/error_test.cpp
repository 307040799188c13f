#include "postgres_error.h"

#include <gtest/gtest.h>

#include "conflict_gate.h"
#include "wire_value.h"

#include <atomic>
#include <thread>
#include <vector>

namespace kitchen::postgres {

TEST(PostgresError, EverySqlstateHasItsPlaceInTheVocabulary) {
    const auto kind = [](const char* state) {
        return to_failure(state, "m", "SELECT 1").error.kind;
    };
    const auto failure = [](const char* state) { return to_failure(state, "m", "SELECT 1").kind; };
    EXPECT_EQ(kind("23505"), Errc::unique);
    EXPECT_EQ(kind("23P01"), Errc::unique);
    for (const char* state : {"23503", "23001"}) EXPECT_EQ(kind(state), Errc::reference) << state;
    for (const char* state : {"23514", "23502", "23000"})
        EXPECT_EQ(kind(state), Errc::check) << state;
    for (const char* state : {"40001", "40P01"}) {
        EXPECT_EQ(kind(state), Errc::busy) << state;
        EXPECT_EQ(failure(state), FailureKind::conflict) << state;
    }
    for (const char* state : {"55P03", "57014"}) {
        EXPECT_EQ(kind(state), Errc::busy) << state;
        EXPECT_EQ(failure(state), FailureKind::refused) << state;
    }
    EXPECT_EQ(kind("53100"), Errc::storage_full);
    for (const char* state : {"57P01", "57P02", "57P03", "08006", "08003", "25P03"}) {
        EXPECT_EQ(kind(state), Errc::unavailable) << state;
        EXPECT_EQ(failure(state), FailureKind::lost) << state;
    }
    for (const char* state : {"53300", "53200", "58030", "3D000", "28P01"})
        EXPECT_EQ(kind(state), Errc::unavailable) << state;
    for (const char* state : {"XX001", "XX002"}) EXPECT_EQ(kind(state), Errc::corrupt) << state;
    EXPECT_EQ(kind("22021"), Errc::unprocessable);
    for (const char* state : {"42601", "42703", "22P02", "22003", "0A000", "XX000", "25006"})
        EXPECT_EQ(kind(state), Errc::internal) << state;
}

TEST(PostgresError, OnlyMessagesAboutNamesAreRepeated) {
    EXPECT_NE(to_failure("42703", "column \"x\" does not exist", "").error.detail.find("column"),
              std::string::npos);
    EXPECT_EQ(to_failure("22P02", "invalid input syntax for type bigint: \"geheim\"", "")
                  .error.detail.find("geheim"),
              std::string::npos);
    EXPECT_NE(to_failure("26000", "prepared statement", "").error.detail.find("pgbouncer: true"),
              std::string::npos);
}

TEST(Lsn, IsReadAndOrdered) {
    EXPECT_EQ(parse_lsn("0/0"), 0u);
    EXPECT_EQ(parse_lsn("16/B374D848"), 0x16B374D848u);
    EXPECT_LT(parse_lsn("1/FFFFFFFF"), parse_lsn("2/0"));
    for (const char* wrong : {"", "/", "1", "1/", "/1", "1/g", "1/2/3", "1/123456789"})
        EXPECT_EQ(parse_lsn(wrong), std::nullopt) << wrong;
}

TEST(ConflictGate, WhoRunsAloneRunsAlone) {
    ConflictGate gate;
    std::atomic<int> inside{0}, together{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 8; ++thread)
        threads.emplace_back([&, thread] {
            for (int i = 0; i < 200; ++i) {
                const bool alone = (thread + i) % 3 == 0;
                const auto pass = alone ? gate.enter_alone(std::chrono::minutes(1))
                                        : gate.enter(std::chrono::minutes(1));
                const int others = inside.fetch_add(1);
                if (alone && others != 0) ++together;
                std::this_thread::yield();
                if (alone && inside.load() != 1) ++together;
                --inside;
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(together.load(), 0);
}

TEST(ConflictGate, NoCallWaitsLongerThanItsPatience) {
    ConflictGate gate;
    const auto slow = gate.enter_alone(std::chrono::milliseconds(0));
    const auto beside = gate.enter(std::chrono::milliseconds(1));
    const auto impatient = gate.enter_alone(std::chrono::milliseconds(1));
    const auto again = gate.enter(std::chrono::milliseconds(1));
}

}  // namespace kitchen::postgres
