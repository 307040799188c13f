#include "accounts/phone_normaliser.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace kitchen::auth {
namespace {

TEST(PhoneNormaliser, TakesWhatPeopleWrite) {
    const PhoneNormaliser phones{PhoneRegion{}};
    for (const char* typed :
         {"08031234567", "0803 123 4567", "0803-123-4567", "(0803) 123.4567", "8031234567",
          "+2348031234567", "+234 803 123 4567", "2348031234567", "002348031234567",
          "+234 (0) 803 123 4567", "+23408031234567", " 08031234567 "})
        EXPECT_EQ(phones.normalise(typed).value(), "+2348031234567") << typed;
}

TEST(PhoneNormaliser, TakesOtherCountries) {
    const PhoneNormaliser phones{PhoneRegion{}};
    EXPECT_EQ(phones.normalise("+44 20 7946 0018").value(), "+442079460018");
    EXPECT_EQ(phones.normalise("001 212 555 0123").value(), "+12125550123");
    EXPECT_EQ(phones.normalise("+290 4567").value(), "+2904567");
}

TEST(PhoneNormaliser, RefusesWhatIsNone) {
    const PhoneNormaliser phones{PhoneRegion{}};
    for (const char* typed : {"",
                              " ",
                              "+",
                              "0",
                              "abc",
                              "0803123456",
                              "080312345678",
                              "+234803123456",
                              "+23480312345678",
                              "+234",
                              "0803123456a",
                              "08031234567 ext 5",
                              "++2348031234567",
                              "080+31234567",
                              "+0031234567",
                              "+1234567890123456",
                              "+123456",
                              "0203123456",
                              "\xd9\xa0\xd9\xa8\xd9\xa0\xd9\xa3",
                              "08031234567;"}) {
        const auto refused = phones.normalise(typed);
        ASSERT_FALSE(refused) << typed << " gave " << *refused;
        EXPECT_EQ(refused.error().kind, Errc::unprocessable);
        ASSERT_EQ(refused.error().faults.size(), 1u);
        EXPECT_EQ(refused.error().faults[0].pointer, "/phone_number");
    }
}

TEST(PhoneNormaliser, OtherRegions) {
    const PhoneNormaliser us{{"1", "1", 10}};
    EXPECT_EQ(us.normalise("212 555 0123").value(), "+12125550123");
    EXPECT_EQ(us.normalise("1 212 555 0123").value(), "+12125550123");
    const PhoneNormaliser spain{{"34", "", 9}};
    EXPECT_EQ(spain.normalise("612 345 678").value(), "+34612345678");
    EXPECT_FALSE(spain.normalise("0612 345 678"));
    EXPECT_THROW(PhoneNormaliser({"", "0", 10}), std::invalid_argument);
    EXPECT_THROW(PhoneNormaliser({"+234", "0", 10}), std::invalid_argument);
    EXPECT_THROW(PhoneNormaliser({"0", "0", 10}), std::invalid_argument);
    EXPECT_THROW(PhoneNormaliser({"234", "x", 10}), std::invalid_argument);
}

}  // namespace
}  // namespace kitchen::auth
