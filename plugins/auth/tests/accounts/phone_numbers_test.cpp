#include "accounts/phone_numbers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "accounts/phone_tables.h"
namespace kitchen::auth {
namespace {

std::string written(const Result<std::string>& number) { return number ? *number : "refused"; }

TEST(PhoneNumbers, TakesWhatPeopleWrite) {
    const PhoneNumbers phones;
    for (const char* typed :
         {"08031234567", "0803 123 4567", "0803-123-4567", "(0803) 123.4567", "8031234567",
          "+2348031234567", "+234 803 123 4567", "2348031234567", "002348031234567",
          "+234 (0) 803 123 4567", "+23408031234567", " 08031234567 "})
        EXPECT_EQ(phones.normalise(typed).value(), "+2348031234567") << typed;
}

TEST(PhoneNumbers, TakesWhatAContactsAppPastes) {
    const PhoneNumbers phones;
    for (const char* typed :
         {"\u202a0803\u00a0123\u00a04567\u202c",
          "\u202d\uff0b234\u2011803\u2011123\u20114567\u202c", "tel:+234-803-123-4567",
          "TEL:08031234567", "\u2068+234 803 123 4567\u2069", "+234\u202f803\u2013123\u20134567",
          "\uff10\uff18\uff10\uff13 123 4567", "\ufeff08031234567",
          "\u0660\u0668\u0660\u06631234567", "0803\u00ad123\u200b4567", "\u202a tel:0803 123 4567",
          "tel:0803-123-4567;phone-context=+234", "tel:803-123-4567;PHONE-CONTEXT=+234\u202c",
          "tel:123-4567;phone-context=+234-803"})
        EXPECT_EQ(written(phones.normalise(typed)), "+2348031234567") << typed;
}

TEST(PhoneNumbers, TakesOtherCountries) {
    const PhoneNumbers phones;
    EXPECT_EQ(phones.normalise("+44 20 7946 0018").value(), "+442079460018");
    EXPECT_EQ(phones.normalise("+44 (0)20 7946 0018").value(), "+442079460018");
    EXPECT_EQ(phones.normalise("001 212 555 0123").value(), "+12125550123");
    EXPECT_EQ(phones.normalise("009 44 20 7946 0018").value(),
              "+442079460018");                                                // Nigeria dials 009
    EXPECT_EQ(phones.normalise("+39 06 1234 5678").value(), "+390612345678");  // this 0 is dialled
}

TEST(PhoneNumbers, RulesOfTheCountryThatIsNamed) {
    const PhoneNumbers phones;
    EXPECT_EQ(phones.normalise("(713) 555-0142", "US").value(), "+17135550142");
    EXPECT_EQ(phones.normalise("1 713 555 0142", "US").value(), "+17135550142");
    EXPECT_EQ(phones.normalise("020 7946 0958", "GB").value(), "+442079460958");
    EXPECT_EQ(phones.normalise("011 44 20 7946 0958", "US").value(), "+442079460958");
    EXPECT_EQ(phones.normalise("+234 803 123 4567", "US").value(), "+2348031234567");
    EXPECT_EQ(phones.normalise("+44 20 7946 0958", "AQ").value(), "+442079460958");
    EXPECT_EQ(phones.normalise("tel:(713) 555-0142;phone-context=+1").value(), "+17135550142");
    for (const char* typed :
         {"tel:0803-123-4567;phone-context=example.com", "tel:0803-123-4567;ext=5",
          "tel:0803-123-4567;phone-context=+", "tel:+2348031234567;phone-context=+234",
          "tel:0803-123-4567;phone-context=+234;ext=5"})
        EXPECT_FALSE(phones.normalise(typed)) << typed;
    // Never a number of another country that happens to look like it.
    EXPECT_FALSE(phones.normalise("0803 123 4567", "GB"));
    EXPECT_FALSE(phones.normalise("0803 123 4567", "US"));
    EXPECT_FALSE(phones.normalise("(713) 555-0142"));
    EXPECT_FALSE(phones.normalise("0803 123 4567", "AQ"));  // no numbering plan
}

// Ranges that are in use, and not in the tables of 2022: 0707, 0907, 0911, 0201.
TEST(PhoneNumbers, OwnCountryMayHaveRangesThatAreNewerThanTheTables) {
    const PhoneNumbers phones;
    EXPECT_EQ(phones.normalise("0907 123 4567").value(), "+2349071234567");
    EXPECT_EQ(phones.normalise("+234 707 123 4567").value(), "+2347071234567");
    EXPECT_EQ(phones.normalise("234 911 123 4567").value(), "+2349111234567");
    EXPECT_EQ(phones.normalise("0201 330 0000").value(), "+2342013300000");
    EXPECT_FALSE(phones.normalise("0907 123 456"));
    EXPECT_FALSE(phones.normalise("0907 123 45678"));
    EXPECT_FALSE(phones.normalise("000 000 00000"));
}

TEST(PhoneNumbers, RefusesWhatIsNone) {
    const PhoneNumbers phones;
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
                              "tel:08031234567;ext=5",
                              "tel:tel:08031234567",
                              "++2348031234567",
                              "080+31234567",
                              "+0031234567",
                              "+1234567890123456",
                              "+234 800 3103 1234267",
                              "+123456",
                              "+1 555 0142",
                              "+999 803 123 4567",
                              "0203123456",
                              "0803 FLOWERS",
                              "call 08031234567",
                              "\xff\xfe",
                              "\xd9\xa0\xd9\xa8\xd9\xa0\xd9\xa3",
                              "08031234567;"}) {
        const auto refused = phones.normalise(typed);
        ASSERT_FALSE(refused) << typed << " gave " << *refused;
        EXPECT_EQ(refused.error().kind, Errc::unprocessable);
        ASSERT_EQ(refused.error().faults.size(), 1u);
        EXPECT_EQ(refused.error().faults[0].pointer, "/phone_number");
    }
    // Longer than anything that is dialled: the library would take minutes over it.
    EXPECT_FALSE(phones.normalise(std::string(100'000, '1')));
    EXPECT_FALSE(phones.normalise("+" + std::string(100'000, '1')));
}

TEST(PhoneNumbers, SaysHowToWriteItThere) {
    const PhoneNumbers phones;
    const auto detail = [&](std::string_view country) {
        return phones.normalise("12", country).error().faults.at(0).detail;
    };
    EXPECT_EQ(detail(""),
              "This is not a phone number. Write it like 0802 123 4567, or with the country code "
              "like +234 802 123 4567.");
    EXPECT_NE(detail("GB").find("like +44 "), std::string::npos);
    EXPECT_NE(detail("AQ").find("with the country code"), std::string::npos);
}

TEST(PhoneNumbers, OtherRegions) {
    const PhoneNumbers us("US");
    EXPECT_EQ(us.normalise("212 555 0123").value(), "+12125550123");
    EXPECT_EQ(us.normalise("1 212 555 0123").value(), "+12125550123");
    const PhoneNumbers spain("ES");
    EXPECT_EQ(spain.normalise("612 345 678").value(), "+34612345678");
    EXPECT_FALSE(spain.normalise("0612 345 678"));
    for (const char* none : {"", "ng", "XX", "AQ", "NGA", "234", "001"})
        EXPECT_THROW(PhoneNumbers{none}, std::invalid_argument) << none;
}

TEST(PhoneNumbers, KnowsWhichCountriesHaveAPlanWithoutTheTables) {
    for (char first = 'A'; first <= 'Z'; ++first)
        for (char second = 'A'; second <= 'Z'; ++second) {
            const std::string country{first, second};
            // The library has them beside the country that they belong to.
            if (country == "AC" || country == "TA") continue;
            EXPECT_EQ(PhoneNumbers::has_plan(country), phone_tables().country_code(country) != 0)
                << country;
        }
}

TEST(PhoneNumbers, AreReadByManyThreads) {
    const PhoneNumbers phones;
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (const char* country : {"NG", "GB", "US", "DE", "KE"})
                for (int n = 0; n < 20; ++n)
                    right +=
                        written(phones.normalise("+234 803 123 4567", country)) == "+2348031234567";
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(right, 4 * 5 * 20);
}

}  // namespace
}  // namespace kitchen::auth
