#include "lending_pool.h"

#include <gtest/gtest.h>

#include <atomic>

#include "kitchen/testkit/child_process.h"

namespace kitchen {
namespace {

struct FakeConnection {
    explicit FakeConnection(std::atomic<int>& count) : alive(count) { ++alive; }
    ~FakeConnection() { --alive; }
    bool is_fit() const { return fit; }

    std::atomic<int>& alive;
    bool fit = true;
};

class Pool : public LendingPool<FakeConnection> {
public:
    explicit Pool(std::atomic<int>& alive) {
        std::vector<std::unique_ptr<FakeConnection>> connections;
        for (int i = 0; i < 2; ++i) connections.push_back(std::make_unique<FakeConnection>(alive));
        std::lock_guard lock(mutex_);
        start(std::move(connections), 2);
    }
    Lease acquire() {
        std::lock_guard lock(mutex_);
        return lend(take_free());
    }
    void refresh() {
        std::lock_guard lock(mutex_);
        close_free();
    }
    bool is_open() {
        std::lock_guard lock(mutex_);
        return open_;
    }
    std::size_t total() {
        std::lock_guard lock(mutex_);
        return total_;
    }
};

TEST(LendingPool, KnowsWhichThreadHoldsOne) {
    std::atomic<int> alive = 0;
    Pool pool(alive);
    {
        const auto lease = pool.acquire();
        EXPECT_TRUE(pool.held_here());
        bool elsewhere = true;
        std::thread([&] { elsewhere = pool.held_here(); }).join();
        EXPECT_FALSE(elsewhere);
    }
    EXPECT_FALSE(pool.held_here());
    EXPECT_EQ(alive, 2);
    pool.close();
    EXPECT_EQ(alive, 0);
}

TEST(LendingPool, ClosesWhatIsNotFitAnyMore) {
    std::atomic<int> alive = 0;
    Pool pool(alive);
    pool.acquire()->fit = false;
    EXPECT_EQ(alive, 1);
    EXPECT_EQ(pool.total(), 1u);
    {
        const auto lease = pool.acquire();
        pool.refresh();
        EXPECT_EQ(alive, 1);
    }
    EXPECT_EQ(pool.total(), 1u);
    pool.close();
    EXPECT_EQ(alive, 0);
}

TEST(LendingPool, CloseWaitsForWhatIsLent) {
    std::atomic<int> alive = 0;
    Pool pool(alive);
    auto lease = std::make_unique<Pool::Lease>(pool.acquire());
    // The thread that holds it gives it back, so another closes.
    std::thread closer([&] { pool.close(); });
    EXPECT_TRUE(testkit::wait_until([&] { return !pool.is_open(); }));
    lease.reset();
    closer.join();
    EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace kitchen
