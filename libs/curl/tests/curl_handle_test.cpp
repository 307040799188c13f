#include "curl_handle.h"

#include <gtest/gtest.h>

namespace kitchen {
namespace {

TEST(CurlPool, LendsAHandleAgainAfterItWasGivenBack) {
    const CurlLibrary library;
    CurlPool pool;
    CurlEasy first = pool.take();
    const CURL* const kept = first.get();
    EXPECT_NE(pool.take().get(), kept) << "a handle that is in use";
    pool.give_back(std::move(first));
    EXPECT_EQ(pool.take().get(), kept);
}

TEST(CurlPool, KeepsNoMoreHandlesThanItsLimit) {
    const CurlLibrary library;
    CurlPool pool;
    std::vector<CurlEasy> lent;
    for (std::size_t i = 0; i <= CurlPool::most_kept; ++i) lent.push_back(pool.take());
    const CURL* const one_too_many = lent.back().get();
    for (CurlEasy& handle : lent) pool.give_back(std::move(handle));
    // Those that were kept come back last in, first out; the one too many is not the first of them.
    EXPECT_NE(pool.take().get(), one_too_many);
}

TEST(CurlList, HoldsItsLinesInOrder) {
    CurlList list;
    EXPECT_EQ(list.get(), nullptr);
    list.add("A: 1");
    list.add("B: 2");
    ASSERT_NE(list.get(), nullptr);
    EXPECT_STREQ(list.get()->data, "A: 1");
    ASSERT_NE(list.get()->next, nullptr);
    EXPECT_STREQ(list.get()->next->data, "B: 2");
}

}  // namespace
}  // namespace kitchen
