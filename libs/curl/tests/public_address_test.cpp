#include "public_address.h"

#include <gtest/gtest.h>

namespace kitchen {
namespace {

TEST(PublicAddress, IsOneOfTheInternetAtLarge) {
    for (const char* text : {"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.0", "11.0.0.1",
                             "100.63.0.1", "2606:4700::1111", "2a00:1450::1"})
        EXPECT_TRUE(is_public(*IpAddress::parse(text))) << text;
    for (const char* text : {"0.0.0.0",
                             "10.1.2.3",
                             "100.64.0.1",
                             "127.0.0.1",
                             "127.255.255.255",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.168.0.1",
                             "198.18.0.1",
                             "224.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "::ffff:10.0.0.1",
                             "::10.0.0.1",
                             "64:ff9b::7f00:1",
                             "fc00::1",
                             "fdff::1",
                             "fe80::1",
                             "ff02::1",
                             "2002:7f00:1::1",
                             "2001:db8::1"})
        EXPECT_FALSE(is_public(*IpAddress::parse(text))) << text;
}

}  // namespace
}  // namespace kitchen
