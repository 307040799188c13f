#include "http/shield/trusted_proxies.h"

#include <gtest/gtest.h>

namespace kitchen::http {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

TrustedProxies proxies() {
    std::vector<IpNetwork> networks;
    for (const char* text : {"10.0.0.0/8", "192.0.2.1", "fd00::/8"})
        networks.push_back(*IpNetwork::parse(text));
    return TrustedProxies(std::move(networks));
}

Sender sender(std::string peer, Headers headers) {
    Request request;
    request.peer_address = std::move(peer);
    request.headers = std::move(headers);
    return proxies().sender_of(request);
}

struct Forwarded {
    const char* name;
    const char* peer;
    std::vector<std::string> lines;  ///< of X-Forwarded-For
    const char* client;
};
void PrintTo(const Forwarded& f, std::ostream* out) { *out << f.name; }

class ForwardedFor : public testing::TestWithParam<Forwarded> {};

TEST_P(ForwardedFor, NamesTheClient) {
    Headers headers;
    for (const std::string& line : GetParam().lines) headers.emplace_back("x-forwarded-for", line);
    EXPECT_EQ(sender(GetParam().peer, headers).address, GetParam().client);
}

const Forwarded table[] = {
    {"NoField", "10.0.0.1", {}, "10.0.0.1"},
    {"OneClient", "10.0.0.1", {"203.0.113.9"}, "203.0.113.9"},
    {"NotFromAProxy", "203.0.113.9", {"198.51.100.1"}, "203.0.113.9"},
    {"NotFromAProxyThatNamesOne", "203.0.113.9", {"10.0.0.1"}, "203.0.113.9"},
    {"TheRightmostUntrustedCounts",
     "10.0.0.1",
     {"198.51.100.66, 203.0.113.9, 10.0.0.2"},
     "203.0.113.9"},
    {"TheClientsOwnInventionDoesNot",
     "10.0.0.1",
     {"127.0.0.1, 10.0.0.9, 203.0.113.9"},
     "203.0.113.9"},
    {"LinesAreOneList", "10.0.0.1", {"198.51.100.66", "203.0.113.9", "10.0.0.2"}, "203.0.113.9"},
    {"AllTrusted", "10.0.0.1", {"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
    {"V6", "fd00::1", {"2001:db8::7"}, "2001:db8::7"},
    {"V6WrittenOtherwise", "fd00::1", {"2001:DB8:0:0::7"}, "2001:db8::7"},
    {"V6AndPort", "10.0.0.1", {"[2001:db8::7]:4711"}, "2001:db8::7"},
    {"V6InBrackets", "10.0.0.1", {"[2001:db8::7]"}, "2001:db8::7"},
    {"V4AndPort", "10.0.0.1", {"203.0.113.9:4711"}, "203.0.113.9"},
    {"V4InV6", "10.0.0.1", {"::ffff:203.0.113.9"}, "203.0.113.9"},
    {"TrustedInOtherSpelling",
     "10.0.0.1",
     {"203.0.113.9, ::ffff:10.9.9.9, [fd00::5]:80"},
     "203.0.113.9"},
    {"Spaces", "10.0.0.1", {" \t203.0.113.9 \t"}, "203.0.113.9"},
    {"Garbage", "10.0.0.1", {"unknown"}, "10.0.0.1"},
    {"GarbageEndsTheReading", "10.0.0.1", {"203.0.113.9, what, 10.0.0.2"}, "10.0.0.2"},
    {"GarbageOnTheLeftIsNotReached", "10.0.0.1", {"<script>, 203.0.113.9"}, "203.0.113.9"},
    {"Empty", "10.0.0.1", {""}, "10.0.0.1"},
    {"EmptyElement", "10.0.0.1", {"203.0.113.9,"}, "10.0.0.1"},
    {"CommasOnly", "10.0.0.1", {",,,"}, "10.0.0.1"},
    {"LeadingZeros", "10.0.0.1", {"203.0.113.09"}, "10.0.0.1"},
    {"ANumberTooLarge", "10.0.0.1", {"203.0.113.256"}, "10.0.0.1"},
    {"BadPort", "10.0.0.1", {"203.0.113.9:port"}, "10.0.0.1"},
    {"UnclosedBracket", "10.0.0.1", {"[2001:db8::7"}, "10.0.0.1"},
    {"V4InBrackets", "10.0.0.1", {"[203.0.113.9]"}, "10.0.0.1"},
    {"HostName", "10.0.0.1", {"evil.example"}, "10.0.0.1"},
    {"Unix", "unix", {"203.0.113.9"}, "unix"},
};

INSTANTIATE_TEST_SUITE_P(Table, ForwardedFor, testing::ValuesIn(table),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(TrustedProxies, AVeryLongListCostsLittle) {
    std::string list;
    for (int i = 0; i < 1000; ++i) list += "10.0.0.2, ";
    EXPECT_EQ(
        sender("10.0.0.1", {{"x-forwarded-for", "203.0.113.9, " + list + "10.0.0.3"}}).address,
        "203.0.113.9");
}

TEST(TrustedProxies, SchemeAndHostComeFromProxiesOnly) {
    const Headers headers = {{"host", "backend:8080"},
                             {"x-forwarded-proto", "https"},
                             {"x-forwarded-host", "kitchen.example"}};
    const Sender proxied = sender("10.0.0.1", headers);
    EXPECT_EQ(proxied.scheme, "https");
    EXPECT_EQ(proxied.authority, "kitchen.example");
    const Sender direct = sender("203.0.113.9", headers);
    EXPECT_EQ(direct.scheme, "");
    EXPECT_EQ(direct.authority, "backend:8080");
}

TEST(TrustedProxies, TheLastSchemeAndHostCountAndBadOnesDoNot) {
    const auto with = [](const char* proto, const char* host) {
        return sender(
            "10.0.0.1",
            {{"host", "backend"}, {"x-forwarded-proto", proto}, {"x-forwarded-host", host}});
    };
    EXPECT_EQ(with("http, HTTPS", "evil.example, kitchen.example:8443").scheme, "https");
    EXPECT_EQ(with("http, HTTPS", "evil.example, kitchen.example:8443").authority,
              "kitchen.example:8443");
    for (const char* bad : {"", "ftp", "https://", "https http", "java script"})
        EXPECT_EQ(with(bad, "x").scheme, "") << bad;
    for (const char* bad :
         {"", "a/b", "a b", "user@host", "host:port", "https://kitchen.example", "a,"})
        EXPECT_EQ(with("https", bad).authority, "backend") << bad;
}

TEST(TrustedProxies, WithoutAnyNobodyIsTrusted) {
    const TrustedProxies nobody({});
    EXPECT_FALSE(nobody.trusts("127.0.0.1"));
    EXPECT_FALSE(proxies().trusts("not an address"));
    EXPECT_TRUE(proxies().trusts("::ffff:10.1.2.3"));
}

}  // namespace
}  // namespace kitchen::http
