#include "http/transport/worker_pool.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "support.h"

namespace kitchen::http {
namespace {

class Call final : public WorkerPool::Task {
public:
    explicit Call(std::function<void()> call) : call_(std::move(call)) {}
    void run() noexcept override { call_(); }

private:
    std::function<void()> call_;
};

class Impatient final : public WorkerPool::Task {
public:
    explicit Impatient(test::Gate& expired) : expired_(expired) {}
    void run() noexcept override { ADD_FAILURE() << "ran after its deadline"; }
    void expire() noexcept override { expired_.open(); }

private:
    test::Gate& expired_;
};

bool post(WorkerPool& pool, std::function<void()> call) {
    std::unique_ptr<WorkerPool::Task> task = std::make_unique<Call>(std::move(call));
    const bool taken = pool.try_post(task);
    EXPECT_EQ(task == nullptr, taken);
    return taken;
}

TEST(WorkerPool, RunsEverythingItTook) {
    std::atomic<int> ran{0};
    test::Gate all;
    {
        WorkerPool pool(4, 1000);
        for (int i = 0; i < 1000; ++i)
            ASSERT_TRUE(post(pool, [&] {
                if (++ran == 1000) all.open();
            }));
        all.wait();
    }
    EXPECT_EQ(ran, 1000);
}

TEST(WorkerPool, RefusesWhenTheQueueIsFull) {
    test::Gate started, release;
    WorkerPool pool(1, 2);
    ASSERT_TRUE(post(pool, [&] {
        started.open();
        release.wait();
    }));
    started.wait();
    EXPECT_TRUE(post(pool, [] {}));
    EXPECT_TRUE(post(pool, [] {}));
    EXPECT_FALSE(post(pool, [] {}));
    const WorkerPool::Stats stats = pool.stats();
    EXPECT_EQ(stats.threads, 1u);
    EXPECT_EQ(stats.busy, 1u);
    EXPECT_EQ(stats.waiting, 2u);
    EXPECT_EQ(stats.refused, 1u);
    test::Gate done;
    release.open();
    while (!post(pool, [&] { done.open(); })) std::this_thread::yield();  // there is room again
    done.wait();
}

TEST(WorkerPool, WhatWaitsUntilItsDeadlineExpiresWhileEveryThreadIsStuck) {
    test::Gate started, release;
    WorkerPool pool(1, 2);
    ASSERT_TRUE(post(pool, [&] {
        started.open();
        release.wait();
    }));
    started.wait();
    for (int round = 0; round < 3;
         ++round) {  // its place is free again, and the next one expires as well
        test::Gate expired;
        std::unique_ptr<WorkerPool::Task> task = std::make_unique<Impatient>(expired);
        ASSERT_TRUE(
            pool.try_post(task, std::chrono::steady_clock::now() + std::chrono::milliseconds(10)));
        expired.wait();
    }
    test::Gate done;
    std::unique_ptr<WorkerPool::Task> patient = std::make_unique<Call>([&] { done.open(); });
    ASSERT_TRUE(pool.try_post(patient, std::chrono::steady_clock::now() + std::chrono::hours(1)));
    release.open();
    done.wait();
}

// One may work: the second begins when the first says that it waits, and not before.
TEST(WorkerPool, WhoWaitsLetsAnotherWork) {
    test::Gate first_started, first_waits, second_ran, release;
    std::atomic<bool> first_has_waited{false};
    WorkerPool pool(4, 100, 1, std::chrono::hours(1));
    ASSERT_TRUE(post(pool, [&] {
        first_started.open();
        first_waits.wait();
        first_has_waited = true;
        const observe::Waiting waiting;
        release.wait();
    }));
    first_started.wait();
    ASSERT_TRUE(post(pool, [&] {
        EXPECT_TRUE(first_has_waited);
        second_ran.open();
    }));
    first_waits.open();
    second_ran.wait();
    release.open();
}

TEST(WorkerPool, WhatRunsForLongHoldsUpNoOther) {
    test::Gate all, release;
    std::atomic<int> running{0};
    WorkerPool pool(4, 100, 1);
    for (int i = 0; i < 4; ++i)
        ASSERT_TRUE(post(pool, [&] {
            if (++running == 4) all.open();
            release.wait();
        }));
    all.wait();
    EXPECT_EQ(pool.stats().busy, 4u);
    release.open();
}

// As many as there are threads, and more: for those that are parked others take their place.
TEST(WorkerPool, WhoIsParkedHoldsNoThread) {
    constexpr int parked = 20;
    observe::ThreadWaits waits;
    test::Gate all, last, release;
    std::atomic<int> count{0};
    WorkerPool pool(2, 100);
    for (int i = 0; i < parked; ++i)
        ASSERT_TRUE(post(pool, [&] {
            const Parked twice(waits);
            const Parked parked_here(waits);
            if (++count == parked) all.open();
            release.wait();
        }));
    all.wait();
    EXPECT_EQ(pool.stats().busy, 0u);
    ASSERT_TRUE(post(pool, [&] { last.open(); }));
    last.wait();
    release.open();
}

std::ptrdiff_t threads_of_this_process() {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return std::distance(begin(tasks), end(tasks));
}

TEST(WorkerPool, AThreadBeginsWhenItIsNeeded) {
    const std::ptrdiff_t before = threads_of_this_process();
    WorkerPool pool(500, 1000, 1, std::chrono::hours(1));
    EXPECT_EQ(threads_of_this_process(), before + 1) << "the one that watches";
    for (int i = 0; i < 100; ++i) {
        test::Gate done;
        ASSERT_TRUE(post(pool, [&] { done.open(); }));
        done.wait();
    }
    EXPECT_LE(threads_of_this_process(), before + 3)
        << "one runs, one may still be on its way back";
}

/// Each event is what one poll() does.
class Events final : public Poller {
public:
    void add(std::function<void()> event) {
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
        changed_.notify_all();
    }
    bool poll_one() noexcept override {
        std::unique_lock lock(mutex_);
        changed_.wait(lock,
                      [this] { return std::exchange(interrupted_, false) || !events_.empty(); });
        if (!events_.empty()) run_first(lock);
        return !events_.empty();
    }
    void poll_all() noexcept override {
        std::unique_lock lock(mutex_);
        for (std::size_t left = events_.size(); left > 0; --left) run_first(lock);
    }
    void interrupt() noexcept override {
        const std::lock_guard lock(mutex_);
        interrupted_ = true;
        changed_.notify_all();
    }

private:
    void run_first(std::unique_lock<std::mutex>& lock) {
        const std::function<void()> event = std::move(events_.front());
        events_.pop_front();
        lock.unlock();
        event();
        lock.lock();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> events_;
    bool interrupted_ = false;
};

TEST(WorkerPool, TheThreadThatFindsATaskRunsIt) {
    Events events;
    WorkerPool pool(4, 100, 0, std::chrono::hours(1));
    pool.attend(events);
    for (int i = 0; i < 100; ++i) {
        test::Gate done;
        events.add([&] {
            EXPECT_TRUE(post(pool, [&, finder = std::this_thread::get_id()] {
                EXPECT_EQ(std::this_thread::get_id(), finder);
                done.open();
            }));
        });
        done.wait();
    }
    pool.leave(events);
}

TEST(WorkerPool, AnotherThreadPollsWhileOneWaits) {
    test::Gate release, second;
    Events events;
    WorkerPool pool(4, 100, 1, std::chrono::hours(1));
    pool.attend(events);
    events.add([&] {
        EXPECT_TRUE(post(pool, [&] {
            const observe::Waiting waiting;
            release.wait();
        }));
    });
    events.add([&] { second.open(); });
    second.wait();
    release.open();
    pool.leave(events);
}

// Tasks that take no long time each, but together: what is behind them is for another core too.
TEST(WorkerPool, AnotherThreadHelpsWithARoundThatTakesLong) {
    std::mutex mutex;
    std::set<std::thread::id> threads;
    test::Gate second;
    std::atomic<bool> over{false};
    Events events;
    WorkerPool pool(4, 1'000'000, 2, std::chrono::milliseconds(50));
    std::function<void()> event = [&] {
        if (over) return;
        events.add(event);
        EXPECT_TRUE(post(pool, [&] {
            const std::lock_guard lock(mutex);
            const bool is_new = threads.insert(std::this_thread::get_id()).second;
            if (is_new && threads.size() == 2) second.open();
        }));
    };
    events.add(event);
    events.add(event);
    pool.attend(events);
    second.wait();
    over = true;
    pool.leave(events);
}

// Not even one that says nothing of it.
TEST(WorkerPool, TasksThatAreStuckKeepNoEventWaiting) {
    test::Gate release, last;
    Events events;
    WorkerPool pool(2, 100);
    pool.attend(events);
    for (int i = 0; i < 2; ++i)
        events.add([&] { EXPECT_TRUE(post(pool, [&] { release.wait(); })); });
    events.add([&] { last.open(); });
    last.wait();
    release.open();
    pool.leave(events);
}

TEST(WorkerPool, WhatIsLeftIsNotPolled) {
    WorkerPool pool(2, 100);
    for (int i = 0; i < 100; ++i) {
        auto events = std::make_unique<Events>();
        pool.attend(*events);
        if (i % 2 == 0) {
            test::Gate polled;
            events->add([&] { polled.open(); });
            polled.wait();
        }
        pool.leave(*events);
        events->add([] { ADD_FAILURE() << "polled after leave()"; });
    }
}

TEST(WorkerPool, StopDropsWhatWaitsAndWaitsForWhatRuns) {
    test::Gate started, release;
    bool finished = false;
    WorkerPool pool(1, 10'000'000);
    ASSERT_TRUE(post(pool, [&] {
        started.open();
        release.wait();
        finished = true;
    }));
    started.wait();
    const auto waiting = [] { ADD_FAILURE() << "ran after stop"; };
    ASSERT_TRUE(post(pool, waiting));
    std::thread stopper([&] { pool.stop(); });
    while (post(pool, waiting))
        std::this_thread::yield();  // refused as soon as it has begun to stop
    release.open();
    stopper.join();
    EXPECT_TRUE(finished);
    EXPECT_FALSE(post(pool, waiting));
    pool.stop();
}

}  // namespace
}  // namespace kitchen::http
