#include "jobs/job_pool.h"

#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>

#include <gtest/gtest.h>

#include "kitchen/testkit/fakes.h"

namespace kitchen::jobs {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds long_enough{60};

class JobPoolTest : public testing::Test {
protected:
    testkit::RecordingLogger log;
};

/// Holds all threads of a pool until told to let go.
class Roadblock {
public:
    Roadblock(JobPool& pool, unsigned threads) : arrived_(threads) {
        for (unsigned i = 0; i < threads; ++i)
            // A copy of its own: a thread may still be on its way out of wait() when the block is
            // gone.
            EXPECT_TRUE(pool.post("roadblock", [this, released = released_] {
                arrived_.count_down();
                released.wait();
            }));
        arrived_.wait();
    }
    ~Roadblock() { release(); }
    void release() {
        if (!done_) promise_.set_value();
        done_ = true;
    }

private:
    std::latch arrived_;
    std::promise<void> promise_;
    std::shared_future<void> released_ = promise_.get_future().share();
    bool done_ = false;
};

TEST_F(JobPoolTest, RunsWhatIsPosted) {
    JobPool pool({}, log);
    std::promise<void> ran;
    ASSERT_TRUE(pool.post("a", [&] { ran.set_value(); }));
    EXPECT_EQ(ran.get_future().wait_for(long_enough), std::future_status::ready);
}

TEST_F(JobPoolTest, RunsDelayedJobsInTheOrderOfTheirTimes) {
    JobPool pool({1, 10}, log);
    std::promise<std::string> order;
    std::string seen;
    {
        Roadblock block(pool, 1);
        ASSERT_TRUE(
            pool.post_after(milliseconds(2), "late", [&] { order.set_value(seen + "late"); }));
        ASSERT_TRUE(pool.post_after(milliseconds(1), "soon", [&] { seen += "soon "; }));
        ASSERT_TRUE(pool.post("now", [&] { seen += "now "; }));
    }
    EXPECT_EQ(order.get_future().get(), "now soon late");
}

TEST_F(JobPoolTest, DoesNotRunADelayedJobEarly) {
    JobPool pool({}, log);
    const auto begin = std::chrono::steady_clock::now();
    std::promise<std::chrono::steady_clock::time_point> ran;
    ASSERT_TRUE(pool.post_after(milliseconds(20), "a",
                                [&] { ran.set_value(std::chrono::steady_clock::now()); }));
    EXPECT_GE(ran.get_future().get() - begin, milliseconds(20));
}

TEST_F(JobPoolTest, WorksForTheTraceOfWhoeverPosted) {
    using observe::current_trace;
    JobPool pool({1, 10}, log);
    std::promise<std::string> of_request;
    {
        const observe::TraceScope scope(std::make_shared<const observe::CarriedTrace>(
            observe::CarriedTrace{{"a-trace", "", 0}, ""}));
        ASSERT_TRUE(pool.post("mail", [&] {
            of_request.set_value(current_trace() ? current_trace()->trace.id : "");
        }));
    }
    std::promise<bool> of_nobody;
    ASSERT_TRUE(pool.post("sweep", [&] { of_nobody.set_value(current_trace() == nullptr); }));
    EXPECT_EQ(of_request.get_future().get(), "a-trace");
    EXPECT_TRUE(of_nobody.get_future().get());
}

TEST_F(JobPoolTest, LogsExceptionsByNameAndGoesOn) {
    JobPool pool({1, 10}, log);
    std::promise<void> ran;
    ASSERT_TRUE(pool.post("burnt", [] { throw std::runtime_error("too hot"); }));
    ASSERT_TRUE(pool.post("odd", [] { throw 1; }));
    ASSERT_TRUE(pool.post("good", [&] { ran.set_value(); }));
    ran.get_future().wait();
    EXPECT_TRUE(log.contains("job failed job=burnt reason=too hot"));
    EXPECT_TRUE(log.contains("job failed job=odd"));
    EXPECT_TRUE(pool.drain(long_enough));
    EXPECT_EQ(pool.stats().finished, 3u);
    EXPECT_EQ(pool.stats().failed, 2u);
}

TEST_F(JobPoolTest, RefusesWhatDoesNotFit) {
    JobPool pool({2, 3}, log);
    Roadblock block(pool, 2);
    EXPECT_TRUE(pool.post("1", [] {}));
    EXPECT_TRUE(pool.post_after(hours(1), "2", [] {}));
    EXPECT_TRUE(pool.post("3", [] {}));
    EXPECT_FALSE(pool.post("4", [] {}));
    EXPECT_FALSE(pool.post_after(hours(1), "5", [] {}));
    EXPECT_EQ(pool.stats().waiting, 3u);
    EXPECT_EQ(pool.stats().running, 2u);
    EXPECT_EQ(pool.stats().refused, 2u);
}

TEST_F(JobPoolTest, RepeatsPeriodicJobsNeverTwiceAtOnce) {
    JobPool pool({}, log);
    std::atomic<int> inside{0};
    std::atomic<bool> overlapped{false};
    std::latch thrice(3);
    pool.add_periodic("sweep", milliseconds(1), [&] {
        if (++inside > 1) overlapped = true;
        if (!thrice.try_wait()) thrice.count_down();
        --inside;
        throw std::runtime_error("goes on all the same");
    });
    thrice.wait();
    EXPECT_TRUE(pool.drain(long_enough));
    EXPECT_FALSE(overlapped);
}

TEST_F(JobPoolTest, DrainFinishesWhatIsPostedAndDropsWhatIsNotDue) {
    JobPool pool({1, 10}, log);
    std::atomic<int> ran{0};
    std::atomic<bool> early{false};
    {
        Roadblock block(pool, 1);
        for (int i = 0; i < 5; ++i) EXPECT_TRUE(pool.post("work", [&] { ++ran; }));
        EXPECT_TRUE(pool.post_after(hours(1), "much later", [&] { early = true; }));
        pool.add_periodic("sweep", hours(1), [&] { early = true; });
    }
    EXPECT_TRUE(pool.drain(long_enough));
    EXPECT_EQ(ran, 5);
    EXPECT_FALSE(early);
    EXPECT_TRUE(log.contains("job dropped before its time job=much later"));
    EXPECT_FALSE(pool.post("too late", [] {}));
    EXPECT_FALSE(pool.post_after(milliseconds(1), "too late", [] {}));
}

TEST_F(JobPoolTest, DrainGivesUpAtItsDeadlineAndNamesWhatIsLeft) {
    JobPool pool({1, 10}, log);
    Roadblock block(pool, 1);
    ASSERT_TRUE(pool.post("behind", [] {}));
    EXPECT_FALSE(pool.drain(milliseconds(0)));
    EXPECT_TRUE(log.contains("job not finished before the deadline job=roadblock"));
    EXPECT_TRUE(log.contains("job not finished before the deadline job=behind"));
    block.release();
}

TEST_F(JobPoolTest, StopDropsWhatIsQueued) {
    std::atomic<bool> ran{false};
    {
        JobPool pool({}, log);
        ASSERT_TRUE(pool.post_after(hours(1), "later", [&] { ran = true; }));
        pool.stop();
        pool.stop();
        EXPECT_FALSE(pool.post("too late", [] {}));
    }
    EXPECT_FALSE(ran);
}

TEST_F(JobPoolTest, WhatADroppedJobHoldsMayCallBack) {
    JobPool pool({}, log);
    bool refused = false;
    {
        auto guard = std::shared_ptr<void>(
            nullptr, [&](void*) { refused = !pool.post("from a destructor", [] {}); });
        ASSERT_TRUE(pool.post_after(hours(1), "later", [guard] {}));
    }
    EXPECT_TRUE(pool.drain(long_enough));
    EXPECT_TRUE(refused);
}

TEST_F(JobPoolTest, TakesJobsFromManyThreads) {
    JobPool pool({4, 10'000}, log);
    std::atomic<int> ran{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 500; ++i) EXPECT_TRUE(pool.post("work", [&] { ++ran; }));
        });
    for (auto& thread : threads) thread.join();
    EXPECT_TRUE(pool.drain(long_enough));
    EXPECT_EQ(ran, 4000);
}

}  // namespace
}  // namespace kitchen::jobs
