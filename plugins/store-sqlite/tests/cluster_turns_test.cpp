// The kernel's turns of jobs, on a real store: two processes are two objects here.
#include "jobs/cluster_turns.h"

#include <stdexcept>

#include <gmock/gmock.h>

#include "kitchen/testkit/fakes.h"
#include "memory_store.h"
#include "migrate/migrator.h"

namespace kitchen::sqlite {
namespace {

using jobs::ClusterTurns;
using std::chrono::minutes;
using std::chrono::seconds;

class Turns : public testing::Test {
protected:
    void SetUp() override {
        store.open().value();
        migrate::Migrator(store, clock).apply("kernel", {}).value();
    }
    bool runs(ClusterTurns& turns, const std::string& job = "sweep") {
        bool ran = false;
        turns.run(job, minutes(10), [&] { ran = true; });
        return ran;
    }

    MemoryStore store;
    testkit::ManualClock clock;
    testkit::RecordingLogger log;
    ClusterTurns one{store, clock, log, "one"}, other{store, clock, log, "other"};
};

TEST_F(Turns, OneOfAllWorksOnceAnInterval) {
    EXPECT_TRUE(runs(one));
    EXPECT_FALSE(runs(other));
    EXPECT_TRUE(runs(other, "another job"));
    clock.advance(minutes(8));
    EXPECT_FALSE(runs(other));
    clock.advance(minutes(2));
    EXPECT_TRUE(runs(other));
    EXPECT_FALSE(runs(one));
}

TEST_F(Turns, WhatRunsIsNotTakenOver) {
    bool ran = false;
    one.run("sweep", seconds(1), [&] {
        for (int i = 0; i < 10; ++i) {
            clock.advance(ClusterTurns::lease / 2);
            one.renew();
            other.run("sweep", seconds(1), [&] { ran = true; });
        }
    });
    EXPECT_FALSE(ran);
}

TEST_F(Turns, WhoDiedOverItIsReplaced) {
    bool ran = false;
    one.run("sweep", minutes(10), [&] {  // and does not renew
        clock.advance(ClusterTurns::lease - seconds(1));
        EXPECT_FALSE(runs(other));
        clock.advance(seconds(1));
        ran = runs(other);
    });
    EXPECT_TRUE(ran);
    // Its end, late, does not touch the other's turn.
    EXPECT_FALSE(runs(one));
    EXPECT_TRUE(log.contains("another process has it"));
}

TEST_F(Turns, AnExceptionEndsTheTurn) {
    EXPECT_THROW(one.run("sweep", minutes(10), [] { throw std::runtime_error("out of boxes"); }),
                 std::runtime_error);
    one.renew();
    clock.advance(minutes(9));
    EXPECT_TRUE(runs(other));
}

}  // namespace
}  // namespace kitchen::sqlite
