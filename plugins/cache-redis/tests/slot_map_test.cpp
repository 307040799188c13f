#include "slot_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis_fixture.h"

namespace kitchen::redis {
namespace {

Reply number(std::int64_t value) {
    Reply out;
    out.kind = Reply::Kind::integer;
    out.integer = value;
    return out;
}
Reply text(std::string value) {
    Reply out;
    out.kind = Reply::Kind::text;
    out.text = std::move(value);
    return out;
}
Reply list(std::vector<Reply> elements) {
    Reply out;
    out.kind = Reply::Kind::array;
    out.elements = std::move(elements);
    return out;
}
Reply part(std::int64_t first, std::int64_t last, std::string host, std::int64_t port) {
    return list({number(first), number(last),
                 list({text(std::move(host)), number(port), text("id"), list({})}),
                 list({text("replica"), number(1)})});
}

const Endpoint asked{"seed", 7000, {}};

TEST(RedisSlots, AreThoseOfTheServer) {
    const testkit::RedisServer& server =
        testkit::RedisCluster::shared().server(testkit::RedisCluster::shared().masters().front());
    std::vector<std::string> keys = {
        "",   "123456789", "{a}b",  "x{a}b",    "{}b",
        "{a", "}a{b",      "{{a}}", "a}{b}{c}", "kitchen:0123:{auth:x}y}"};
    testkit::SeededRandom random;
    for (int i = 0; i < 200; ++i) {
        std::string key(random.below(30), '\0');
        for (char& c : key)
            c = static_cast<char>(random.below(5) == 0 ? '{' + 2 * random.below(2)
                                                       : random.below(256));
        keys.push_back(std::move(key));
    }
    for (const std::string& key : keys)
        EXPECT_EQ(std::to_string(slot_of(key)), server.call({"CLUSTER", "KEYSLOT", key})) << key;
}

TEST(RedisSlots, EachHasAMaster) {
    const auto map =
        SlotMap::parse(list({part(0, 5460, "10.0.0.1", 6379), part(5461, 5461, "", 6380),
                             part(5462, 16383, "10.0.0.1", 6379)}),
                       asked)
            .value();
    ASSERT_EQ(map.masters(), (std::vector<Endpoint>{{"10.0.0.1", 6379, {}}, {"seed", 6380, {}}}));
    EXPECT_EQ(map.master_of(5460), 0u);
    EXPECT_EQ(map.master_of(5461), 1u);
    EXPECT_EQ(map.master_of(5462), 0u);
    const auto gap =
        SlotMap::parse(list({part(0, 16000, "h", 1), part(16002, 16383, "h", 1)}), asked);
    ASSERT_FALSE(gap);
    EXPECT_THAT(gap.error().subject, testing::HasSubstr("slot 16001"));
    for (const Reply& bad : {part(0, 16384, "h", 1), part(-1, 16383, "h", 1),
                             part(0, 16383, "h", 0), list({number(0)}), text("x")})
        EXPECT_FALSE(SlotMap::parse(list({bad}), asked));
    EXPECT_FALSE(SlotMap::parse(text("x"), asked));
}

TEST(RedisSlots, RedirectionsAreUnderstood) {
    const auto moved = parse_redirection("MOVED 3999 10.0.0.2:6381", asked);
    ASSERT_TRUE(moved);
    EXPECT_FALSE(moved->ask);
    EXPECT_EQ(moved->slot, 3999);
    EXPECT_EQ(moved->to, (Endpoint{"10.0.0.2", 6381, {}}));
    EXPECT_TRUE(parse_redirection("ASK 1 h:1", asked)->ask);
    EXPECT_EQ(parse_redirection("MOVED 1 ::1:6381", asked)->to, (Endpoint{"::1", 6381, {}}));
    for (const char* unknown : {"MOVED 1 :6381", "MOVED 1 ?:6381"})
        EXPECT_EQ(parse_redirection(unknown, asked)->to, (Endpoint{"seed", 6381, {}}));
    for (const char* none : {"MOVED", "MOVED 1", "MOVED 1 h", "MOVED 16384 h:1", "MOVED x h:1",
                             "MOVED 1 h:0", "MOVED 1 h:65536", "ASKING 1 h:1", "ERR no"})
        EXPECT_FALSE(parse_redirection(none, asked)) << none;
}

}  // namespace
}  // namespace kitchen::redis
