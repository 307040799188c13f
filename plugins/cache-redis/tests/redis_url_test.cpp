#include "redis_url.h"

#include <gtest/gtest.h>

namespace kitchen::redis {
namespace {

TEST(RedisUrl, HostAlone) {
    const auto url = parse_url("redis://cache.internal").value();
    EXPECT_EQ(url.endpoint, (Endpoint{"cache.internal", 6379, ""}));
    EXPECT_EQ(url.login.user, "");
    EXPECT_EQ(url.login.password, "");
    EXPECT_EQ(url.login.database, 0);
}

TEST(RedisUrl, Everything) {
    const auto url = parse_url("redis://kitchen:s%40cr%3Aet@10.0.0.7:7000/3").value();
    EXPECT_EQ(url.endpoint, (Endpoint{"10.0.0.7", 7000, ""}));
    EXPECT_EQ(url.login.user, "kitchen");
    EXPECT_EQ(url.login.password, "s@cr:et");
    EXPECT_EQ(url.login.database, 3);
}

TEST(RedisUrl, APasswordOfTheDefaultUser) {
    const auto url = parse_url("redis://:a:b@c@host/")
                         .value();  // as people write them: everything before the last '@'
    EXPECT_EQ(url.login.user, "");
    EXPECT_EQ(url.login.password, "a:b@c");
    EXPECT_EQ(url.endpoint.host, "host");
}

TEST(RedisUrl, Ipv6StandsInBrackets) {
    EXPECT_EQ(parse_url("redis://[::1]:7001/").value().endpoint, (Endpoint{"::1", 7001, ""}));
    EXPECT_EQ(parse_url("redis://[fe80::2]").value().endpoint, (Endpoint{"fe80::2", 6379, ""}));
    EXPECT_EQ(to_string(Endpoint{"::1", 7001, ""}), "[::1]:7001");
}

TEST(RedisUrl, UnixSockets) {
    const auto url = parse_url("unix:///run/redis/redis%20main.sock?db=2").value();
    EXPECT_EQ(url.endpoint.socket_path, "/run/redis/redis main.sock");
    EXPECT_EQ(url.login.database, 2);
    EXPECT_EQ(to_string(url.endpoint), "/run/redis/redis main.sock");
}

TEST(RedisUrl, WhatIsWrongIsSaidWithoutTheSecret) {
    for (const char* wrong : {"",
                              "cache",
                              "http://hush@host",
                              "redis://",
                              "redis://hush@",
                              "redis://hush@:6379",
                              "redis://hush@host:",
                              "redis://hush@host:0",
                              "redis://hush@host:65536",
                              "redis://hush@host:6379x",
                              "redis://hush@host:-1",
                              "redis://hush@host/one",
                              "redis://hush@host/-1",
                              "redis://hush@host/1/2",
                              "redis://hush@ho st",
                              "redis://hush@::1",
                              "redis://hush@[::1",
                              "redis://hush@[::1]x",
                              "redis://hush%zz@host",
                              "redis://hush%4@host",
                              "redis://hush@host?db=1",
                              "redis://hush@host#x",
                              "rediss://hush@host",
                              "unix://relative",
                              "unix://",
                              "unix:///a?database=1",
                              "unix:///a?db=",
                              "unix:///a%00b"}) {
        const auto refused = parse_url(wrong);
        ASSERT_FALSE(refused) << wrong;
        EXPECT_EQ(refused.error().kind, Errc::unprocessable);
        EXPECT_EQ(refused.error().detail.find("hush"), std::string::npos) << refused.error().detail;
    }
    EXPECT_FALSE(parse_url("unix:///" + std::string(108, 'a')));
}

TEST(RedisUrl, EndpointsHaveADefaultPort) {
    EXPECT_EQ(parse_endpoint("sentinel-1", 26379).value(), (Endpoint{"sentinel-1", 26379, ""}));
    EXPECT_EQ(parse_endpoint("sentinel-1:5000", 26379).value(), (Endpoint{"sentinel-1", 5000, ""}));
    EXPECT_FALSE(parse_endpoint(":5000", 26379));
    EXPECT_FALSE(parse_endpoint("redis://host", 26379));
}

}  // namespace
}  // namespace kitchen::redis
