#include "envelope.h"

#include <gtest/gtest.h>

namespace kitchen::redis {
namespace {

using namespace std::string_literals;

constexpr const char* key_text = "0123456789abcdef0123456789abcdef";

class EnvelopeTest : public testing::Test {
protected:
    Envelope envelope{key_text};
};

TEST_F(EnvelopeTest, OpensWhatItSealed) {
    for (const std::string& payload : {""s, "jollof"s, "\0\xff\r\n"s, std::string(100'000, 'x')}) {
        const std::string sealed = envelope.seal("k", "f", payload);
        EXPECT_EQ(sealed.size(), Envelope::header_bytes + payload.size());
        EXPECT_EQ(envelope.open("k", "f", sealed), payload);
    }
}

TEST_F(EnvelopeTest, SealsTheSameTextToTheSameBytes) {  // scripts compare sealed texts
    EXPECT_EQ(envelope.seal("k", "f", "123456"), envelope.seal("k", "f", "123456"));
    EXPECT_NE(envelope.seal("k", "f", "123456"), envelope.seal("k", "f", "123457"));
}

TEST_F(EnvelopeTest, NoticesEveryFlippedBitAndEveryLength) {
    const std::string sealed = envelope.seal("k", "f", "payload");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string damaged = sealed;
            damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
            EXPECT_EQ(envelope.open("k", "f", damaged), std::nullopt);
        }
        EXPECT_EQ(envelope.open("k", "f", sealed.substr(0, i)), std::nullopt);
    }
    EXPECT_EQ(envelope.open("k", "f", sealed + "x"), std::nullopt);
    EXPECT_EQ(envelope.open("k", "f", "garbage"), std::nullopt);
    EXPECT_EQ(envelope.open("k", "f", ""), std::nullopt);
}

TEST_F(EnvelopeTest, AValueBelongsToItsPlace) {
    const std::string sealed = envelope.seal("ab", "c", "v");
    EXPECT_EQ(envelope.open("ab", "d", sealed), std::nullopt);
    EXPECT_EQ(envelope.open("a", "bc", sealed), std::nullopt);
    EXPECT_EQ(envelope.open("abc", "", sealed), std::nullopt);
    EXPECT_EQ(envelope.open_message("ab", sealed), std::nullopt);
    EXPECT_EQ(envelope.open("ab", "", envelope.seal_message("ab", "v")), std::nullopt);
    EXPECT_EQ(envelope.open_message("ab", envelope.seal_message("ab", "v")), "v");
}

TEST_F(EnvelopeTest, KeysSeparate) {
    const Envelope other("another key of at least thirty-two characters");
    const Envelope none("");
    EXPECT_TRUE(envelope.keyed());
    EXPECT_FALSE(none.keyed());
    EXPECT_EQ(other.open("k", "f", envelope.seal("k", "f", "v")), std::nullopt);
    EXPECT_EQ(none.open("k", "f", envelope.seal("k", "f", "v")), std::nullopt);
    EXPECT_EQ(envelope.open("k", "f", none.seal("k", "f", "v")), std::nullopt);
    EXPECT_EQ(none.open("k", "f", none.seal("k", "f", "v")), "v");
}

TEST_F(EnvelopeTest, CountersAreWholeNumbersWithTheHeaderOfTheirPlace) {
    const std::string header = envelope.counter_header("k", ".n");
    EXPECT_EQ(envelope.open("k", ".n", header + "12"), "12");
    EXPECT_EQ(envelope.open("k", ".n", header + "-3"), "-3");
    for (const char* wrong : {"", "-", "1x", " 1", "12345678901234567890"})
        EXPECT_EQ(envelope.open("k", ".n", header + wrong), std::nullopt);
    // Nobody makes a counter, and so a number of his choice, out of a field that was never counted
    // in.
    EXPECT_EQ(envelope.open("k", ".user_id", header + "12"), std::nullopt);
    EXPECT_EQ(envelope.open("l", ".n", header + "12"), std::nullopt);
}

TEST_F(EnvelopeTest, RatesAreNoValues) {
    const std::string rate = envelope.rate_header("k") + "1767268800000000";
    EXPECT_TRUE(envelope.is_rate("k", rate));
    EXPECT_FALSE(envelope.is_rate("l", rate));
    EXPECT_EQ(envelope.open("k", "", rate), std::nullopt);
}

}  // namespace
}  // namespace kitchen::redis
