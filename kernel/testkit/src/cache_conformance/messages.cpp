// Publish and subscribe.
#include <atomic>
#include <future>
#include <mutex>

#include "cache_suite.h"
#include "kitchen/testkit/inbox.h"

namespace kitchen::testkit {

using namespace cache_suite;
void cache_suite::link_messages() {}

namespace {

constexpr auto patience = 30s;  // a test that waits longer than this has failed

TEST_P(CacheConformance, AMessageReachesEverySubscriberOfItsChannel) {
    Inbox first, second, elsewhere;
    const auto a = cache->subscribe("test:channel", first.subscriber());
    const auto b = cache->subscribe("test:channel", second.subscriber());
    const auto c = cache->subscribe("test:elsewhere", elsewhere.subscriber());
    cache->publish("test:channel", binary).value();
    cache->publish("test:channel", "").value();
    cache->publish("test:elsewhere", "done").value();
    EXPECT_TRUE(first.wait_for(""));
    EXPECT_TRUE(second.wait_for(""));
    EXPECT_TRUE(elsewhere.wait_for("done"));
    EXPECT_EQ(first.messages(), (std::vector<std::string>{binary, ""}));
    EXPECT_EQ(second.messages(), (std::vector<std::string>{binary, ""}));
    EXPECT_EQ(elsewhere.messages(), std::vector<std::string>{"done"});
}

TEST_P(CacheConformance, PublishingWithoutSubscribersSucceeds) {
    EXPECT_TRUE(cache->publish("test:channel", "x"));
}

TEST_P(CacheConformance, AfterUnsubscribingNothingIsHeard) {
    Inbox gone, stays;
    auto a = cache->subscribe("test:channel", gone.subscriber());
    const auto b = cache->subscribe("test:channel", stays.subscriber());
    cache->publish("test:channel", "one").value();
    ASSERT_TRUE(gone.wait_for("one"));
    a.reset();
    cache->publish("test:channel", "two").value();
    cache->publish("test:channel", "three").value();
    ASSERT_TRUE(stays.wait_for("three"));
    EXPECT_EQ(gone.messages(), std::vector<std::string>{"one"});
}

TEST_P(CacheConformance, TheHandleWaitsForARunningCall) {
    std::promise<void> entered, release;
    std::atomic<bool> finished = false;
    auto handle = cache->subscribe("test:channel", [&](std::string_view) {
        entered.set_value();
        release.get_future().wait();
        finished = true;
    });
    cache->publish("test:channel", "x").value();
    ASSERT_EQ(entered.get_future().wait_for(patience), std::future_status::ready);
    auto destroyed = std::async(std::launch::async, [&] {
        handle.reset();
        return finished.load();
    });
    // The wait gives a wrong implementation the time to show itself; a right one cannot fail here.
    EXPECT_EQ(destroyed.wait_for(20ms), std::future_status::timeout);
    release.set_value();
    ASSERT_EQ(destroyed.wait_for(patience), std::future_status::ready);
    EXPECT_TRUE(destroyed.get());
}

TEST_P(CacheConformance, AHandleMayBeDestroyedByItsOwnCall) {
    std::mutex mutex;
    std::shared_ptr<void> handle;
    int calls = 0;
    std::promise<void> called;
    Inbox other;
    {
        std::lock_guard lock(mutex);
        handle = cache->subscribe("test:channel", [&](std::string_view) {
            std::shared_ptr<void> mine;
            {
                std::lock_guard inner(mutex);
                mine = std::move(handle);
            }
            mine.reset();
            if (++calls == 1) called.set_value();
        });
    }
    const auto b = cache->subscribe("test:channel", other.subscriber());
    cache->publish("test:channel", "one").value();
    ASSERT_EQ(called.get_future().wait_for(patience), std::future_status::ready);
    cache->publish("test:channel", "two").value();
    cache->publish("test:channel", "three").value();
    ASSERT_TRUE(other.wait_for("three"));
    EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace kitchen::testkit
