#include "kitchen/ip.h"

#include <gtest/gtest.h>

namespace kitchen {
namespace {

std::string address(std::string_view text) {
    const auto parsed = IpAddress::parse(text);
    return parsed ? parsed->text() : "none";
}

TEST(IpAddress, IsReadStrictlyAndWrittenOneWay) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"255.255.255.255", "255.255.255.255"},
        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"::", "::"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"::ffff:c000:201", "192.0.2.1"},
        {"fe80::1%eth0", "fe80::1"},
        {"", "none"},
        {"192.0.2", "none"},
        {"192.0.2.256", "none"},
        {"192.0.2.01", "none"},
        {"192.0.2.1.5", "none"},
        {"192.0.2.1:80", "none"},
        {"192.0.2.1%eth0", "none"},
        {" 192.0.2.1", "none"},
        {"0x7f.0.0.1", "none"},
        {"[2001:db8::1]", "none"},
        {"2001:db8::1::2", "none"},
        {"12345::", "none"},
        {"localhost", "none"},
        {"unix", "none"},
        {std::string_view("192.0.2.1\0", 10), "none"},
    };
    for (const auto& [text, wanted] : cases) EXPECT_EQ(address(text), wanted) << text;
    EXPECT_EQ(address(std::string(100'000, '1')), "none");
}

TEST(IpNetwork, ContainsWhatItShould) {
    struct Case {
        std::string_view network, address;
        bool inside;
    };
    const Case cases[] = {
        {"10.0.0.0/8", "10.255.0.1", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"192.0.2.128/25", "192.0.2.128", true},
        {"192.0.2.128/25", "192.0.2.127", false},
        {"192.0.2.0/31", "192.0.2.1", true},
        {"192.0.2.0/31", "192.0.2.2", false},
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.8", false},
        {"192.0.2.7/32", "::ffff:192.0.2.7", true},
        {"::ffff:10.0.0.0/104", "10.9.9.9", true},
        {"0.0.0.0/0", "203.0.113.9", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "2001:db8::1", true},
        {"::/0", "192.0.2.1", false},
        {"fd00::/8", "fdff::1", true},
        {"fd00::/8", "fe00::1", false},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"::1", "::1", true},
        {"::1/128", "::2", false},
    };
    for (const Case& c : cases) {
        const auto network = IpNetwork::parse(c.network);
        ASSERT_TRUE(network) << c.network;
        EXPECT_EQ(network->contains(*IpAddress::parse(c.address)), c.inside)
            << c.network << " " << c.address;
    }
}

TEST(IpNetwork, RefusesWhatIsNone) {
    for (const char* text :
         {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8 ",
          "10.0.0.0/08", "10.0.0.7/8", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "10/8", "::/129",
          "fd00::1/8", "fe80::%eth0/64", "::ffff:10.0.0.0/64", "example.com", "*",
          "10.0.0.0/99999999999999999999"})
        EXPECT_FALSE(IpNetwork::parse(text)) << text;
}

TEST(ClientNetwork, GroupsWhatOneClientHas) {
    EXPECT_EQ(client_network("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(client_network("::ffff:192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(client_network("2001:db8:1:2:aaaa::1"), "2001:db8:1:2::/64");
    EXPECT_EQ(client_network("2001:db8:1:2:aaaa::1"), client_network("2001:db8:1:2:bbbb::2"));
    EXPECT_NE(client_network("2001:db8:1:2::1"), client_network("2001:db8:1:3::1"));
    EXPECT_EQ(client_network("fe80::1%eth0"), client_network("fe80::2"));
    EXPECT_EQ(client_network(""), "");
    EXPECT_EQ(client_network("unix"), "unix");
}

}  // namespace
}  // namespace kitchen
