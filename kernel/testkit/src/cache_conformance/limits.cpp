// What is too long, too large or too short.
#include <array>

#include "cache_suite.h"

namespace kitchen::testkit {

using namespace cache_suite;
void cache_suite::link_limits() {}

namespace {

TEST_P(CacheConformance, KeysHaveAtMost250Bytes) {
    const std::string longest(250, 'k');
    const std::string too_long(251, 'k');
    cache->set(longest, "x", a_minute).value();
    EXPECT_EQ(cache->get(longest).value(), "x");
    const std::array<Status, 4> refused = {cache->set(too_long, "x", a_minute),
                                           cache->set_fields(too_long, {{"f", "x"}}, a_minute),
                                           [&]() -> Status {
                                               auto r = cache->get(too_long);
                                               return r ? Status() : Status(r.error());
                                           }(),
                                           [&]() -> Status {
                                               auto r = cache->rate_tick(too_long, 1, 1s);
                                               return r ? Status() : Status(r.error());
                                           }()};
    for (const Status& status : refused) {
        ASSERT_FALSE(status);
        EXPECT_EQ(status.error().kind, Errc::unprocessable);
        EXPECT_EQ(status.error().code, "cache_key_too_long");
    }
}

TEST_P(CacheConformance, ValuesHaveAtMostOneMebibyte) {
    const std::string largest(1024 * 1024, 'v');
    cache->set("test:large", largest, a_minute).value();
    EXPECT_EQ(cache->get("test:large").value(), largest);
    const auto refused = cache->set("test:large", largest + 'v', a_minute);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::unprocessable);
    EXPECT_EQ(refused.error().code, "cache_value_too_large");
    EXPECT_EQ(cache->set_fields("test:h", {{"f", largest}}, a_minute).error().code,
              "cache_value_too_large");
    EXPECT_EQ(cache->get("test:large").value(), largest);
}

TEST_P(CacheConformance, ATtlIsAboveZero) {
    for (const Millis ttl : {0ms, -1ms}) {
        const auto refused = cache->set("test:a", "x", ttl);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, Errc::unprocessable);
        EXPECT_EQ(refused.error().code, "cache_ttl_invalid");
    }
    EXPECT_EQ(cache->get("test:a").value(), std::nullopt);
}

}  // namespace
}  // namespace kitchen::testkit
