#include "keys/secret_key.h"

#include <gtest/gtest.h>

#include <set>

namespace kitchen::auth {
namespace {

TEST(SecretKey, MacDependsOnKeyAndEveryField) {
    const SecretKey key = SecretKey::from_text("a text with enough entropy, let us say");
    const std::string mac = key.mac({"one", "two"});
    EXPECT_EQ(mac.size(), 64u);
    EXPECT_EQ(mac.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(mac, key.mac({"one", "two"}));
    const std::set<std::string> all{mac,
                                    key.mac({"one", "tw0"}),
                                    key.mac({"onet", "wo"}),
                                    key.mac({"onetwo"}),
                                    key.mac({"one", "two", ""}),
                                    SecretKey::from_text("another").mac({"one", "two"})};
    EXPECT_EQ(all.size(), 6u);
}

TEST(SecretKey, DerivedKeysDiffer) {
    const SecretKey key = SecretKey::from_text("master");
    EXPECT_NE(key.derive("tokens").mac({"x"}), key.derive("codes").mac({"x"}));
    EXPECT_NE(key.derive("tokens").mac({"x"}), key.mac({"x"}));
    EXPECT_EQ(key.derive("tokens").mac({"x"}), key.derive("tokens").mac({"x"}));
}

}  // namespace
}  // namespace kitchen::auth
