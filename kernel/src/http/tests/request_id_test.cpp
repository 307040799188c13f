#include "http/request_id.h"

#include <set>

#include <gtest/gtest.h>

#include "kitchen/testkit/fakes.h"

namespace kitchen::http {
namespace {

TEST(RequestId, IsAcceptedOrNot) {
    for (const std::string& good :
         {std::string("a"), std::string("A-z_0.9"), std::string(128, 'x')})
        EXPECT_TRUE(is_request_id(good)) << good;
    for (const std::string& bad :
         {std::string(), std::string(129, 'x'), std::string("a b"), std::string("a\r\nb"),
          std::string("é"), std::string("a/b"), std::string("<x>"), std::string("a\0b", 3)})
        EXPECT_FALSE(is_request_id(bad)) << bad;
}

TEST(RequestIds, KeepAnAcceptableOne) {
    testkit::SeededRandom random;
    RequestIds ids(random);
    const std::string sent = "client-1";
    EXPECT_EQ(ids.choose(&sent), sent);
}

TEST(RequestIds, MakeDifferentOnes) {
    testkit::SeededRandom random;
    RequestIds ids(random);
    const std::string bad = "not good";
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = ids.choose(i % 2 ? &bad : nullptr);
        EXPECT_EQ(id.size(), 32u);
        EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
        EXPECT_TRUE(seen.insert(id).second);
    }
}

TEST(RequestIds, JoinTheTracestateOrDropIt) {
    const auto of = [](std::vector<std::string> values) {
        Fields fields;
        for (std::string& value : values) fields.emplace_back("tracestate", std::move(value));
        return RequestIds::tracestate(fields);
    };
    EXPECT_EQ(of({}), "");
    EXPECT_EQ(of({"a=1,b=2", "", "c=3"}), "a=1,b=2,c=3");
    EXPECT_EQ(of({std::string(512, 'x')}), std::string(512, 'x'));
    EXPECT_EQ(of({std::string(513, 'x')}), "");
    EXPECT_EQ(of({std::string(300, 'x'), std::string(300, 'y')}), "");
    EXPECT_EQ(of({"a=1", "b=\xff"}), "") << "a store would not take it";
}

}  // namespace
}  // namespace kitchen::http
