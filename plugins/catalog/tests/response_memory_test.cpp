#include "cache/response_memory.h"

#include <gtest/gtest.h>

namespace kitchen::catalog {
namespace {

using namespace std::chrono_literals;

class ResponseMemoryTest : public testing::Test {
protected:
    static CachedResponsePtr response(std::size_t bytes) {
        return std::make_shared<const CachedResponse>(
            CachedResponse{std::string(bytes, 'x'), "\"1\""});
    }
    void put(ResponseMemory& memory, const std::string& key, std::size_t bytes = 1000) {
        memory.put(key, response(bytes), now + 1min, memory.find(key, now).epoch);
    }
    bool has(ResponseMemory& memory, const std::string& key) {
        return memory.find(key, now).response != nullptr;
    }

    ResponseMemory::Time now{1h};
};

TEST_F(ResponseMemoryTest, DropsTheLeastRecentlyUsedAndStaysWithinItsBytes) {
    ResponseMemory memory(10'000);
    for (int i = 0; i < 1000; ++i) {
        put(memory, "key" + std::to_string(i));
        ASSERT_LE(memory.usage().bytes, 10'000u);
        EXPECT_TRUE(has(memory, "key0")) << i;  // in use all the time
    }
    const auto [entries, bytes] = memory.usage();
    EXPECT_GE(entries, 5u);
    EXPECT_LE(entries * 1300, bytes);  // what it costs to keep them is counted
    EXPECT_TRUE(has(memory, "key999"));
    EXPECT_FALSE(has(memory, "key1"));
}

TEST_F(ResponseMemoryTest, EmptyResponsesUnderManyKeysAreBoundedToo) {
    ResponseMemory memory(64 << 10);
    for (int i = 0; i < 10'000; ++i) put(memory, std::to_string(i), 0);
    EXPECT_LE(memory.usage().entries, (64u << 10) / 300);
}

TEST_F(ResponseMemoryTest, KeepsNothingThatIsTooLargeAndDropsNothingForIt) {
    ResponseMemory memory(10'000);
    put(memory, "small");
    put(memory, "large", 20'000);
    EXPECT_TRUE(has(memory, "small"));
    EXPECT_FALSE(has(memory, "large"));
}

TEST_F(ResponseMemoryTest, ReplacesWithoutCountingTwice) {
    ResponseMemory memory(10'000);
    put(memory, "key");
    const std::size_t bytes = memory.usage().bytes;
    put(memory, "key");
    EXPECT_EQ(memory.usage().bytes, bytes);
    EXPECT_EQ(memory.usage().entries, 1u);
}

TEST_F(ResponseMemoryTest, ForgetsWhatHasExpired) {
    ResponseMemory memory(10'000);
    put(memory, "key");
    now += 1min - 1ms;
    EXPECT_TRUE(has(memory, "key"));
    now += 1ms;
    EXPECT_FALSE(has(memory, "key"));
    EXPECT_EQ(memory.usage().bytes, 0u);
}

TEST_F(ResponseMemoryTest, WhatWasReadInAnEarlierEpochIsNotKept) {
    ResponseMemory memory(10'000);
    put(memory, "old");
    const auto epoch = memory.find("key", now).epoch;
    memory.clear();
    EXPECT_FALSE(has(memory, "old"));
    EXPECT_EQ(memory.usage().bytes, 0u);
    memory.put("key", response(10), now + 1min, epoch);
    EXPECT_FALSE(has(memory, "key"));
    put(memory, "key");
    EXPECT_TRUE(has(memory, "key"));
}

}  // namespace
}  // namespace kitchen::catalog
