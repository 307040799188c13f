#include "kitchen/bytes.h"

#include <gtest/gtest.h>

namespace kitchen {
namespace {

TEST(Hex, IsLowerCaseAndTwiceAsLong) {
    EXPECT_EQ(hex(""), "");
    EXPECT_EQ(hex(std::string_view("\x00\x0f\xa0\xff", 4)), "000fa0ff");
    EXPECT_EQ(hex(std::uint64_t{0x0123456789abcdef}), "0123456789abcdef");
    EXPECT_EQ(hex(std::uint64_t{1}), "0000000000000001");
}

// The values of draft-eastlake-fnv, appendix C.
TEST(Fnv1a64, HasTheSumsOfItsDraft) {
    EXPECT_EQ(fnv1a64(""), 0xcbf29ce484222325u);
    EXPECT_EQ(fnv1a64("a"), 0xaf63dc4c8601ec8cu);
    EXPECT_EQ(fnv1a64("foobar"), 0x85944171f73967e8u);
    EXPECT_EQ(Fnv1a64().add("foo").add(std::string_view("bar")).sum(), fnv1a64("foobar"));
}

}  // namespace
}  // namespace kitchen
