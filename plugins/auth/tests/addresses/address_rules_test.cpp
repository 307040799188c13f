#include "addresses/address_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "addresses/address_routes.h"

namespace kitchen::auth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const PhoneNumbers phones;

Address home() {
    Address address;
    address.line1 = "12 Allen Avenue";
    address.city = "Ikeja";
    address.state = "Lagos";
    address.country = "NG";
    return address;
}

/// "pointer code" of each fault of home() after `change`.
template <class Change>
std::vector<std::string> faults(Change change) {
    Address address = home();
    change(address);
    std::vector<std::string> found;
    if (const Status status = normalise(address, phones); !status) {
        EXPECT_EQ(status.error().kind, Errc::unprocessable);
        for (const Fault& fault : status.error().faults)
            found.push_back(fault.pointer + " " + fault.code);
    }
    return found;
}

TEST(AddressRules, WritesEverythingInOneWay) {
    Address address = home();
    address.label = " Home ";
    address.line1 = "\t12 Allen Avenue\xc2\xa0";
    address.country = "gb";
    address.phone = "020 7946 0958";
    address.delivery_instructions = "Blue gate\nring twice\n";
    ASSERT_TRUE(normalise(address, phones));
    EXPECT_EQ(address.label, "Home");
    EXPECT_EQ(address.line1, "12 Allen Avenue");
    EXPECT_EQ(address.country, "GB");
    EXPECT_EQ(address.phone, "+442079460958");
    EXPECT_EQ(address.delivery_instructions, "Blue gate\nring twice");
    const Address once = address;
    ASSERT_TRUE(normalise(address, phones));
    EXPECT_EQ(address, once);
}

TEST(AddressRules, NamesEveryFault) {
    EXPECT_THAT(faults([](Address&) {}), IsEmpty());
    EXPECT_THAT(faults([](Address& a) { a.line1 = a.city = a.state = " \xe2\x80\x8b"; }),
                ElementsAre("/line1 too_short", "/city too_short", "/state too_short"));
    EXPECT_THAT(faults([](Address& a) {
                    a.landmark = "by the\nmosque", a.label = "\x1b[2J",
                    a.city =
                        "Ik\xc2\x85"
                        "eja";
                }),
                ElementsAre("/label format", "/city format", "/landmark format"));
    EXPECT_THAT(faults([](Address& a) { a.delivery_instructions = "one\x07"; }),
                ElementsAre("/delivery_instructions format"));
    EXPECT_THAT(faults([](Address& a) { a.country = "XX"; }),
                ElementsAre("/country not_a_country"));
    EXPECT_THAT(faults([](Address& a) { a.country = "N"; }), ElementsAre("/country not_a_country"));
    EXPECT_THAT(faults([](Address& a) { a.phone = "call me"; }),
                ElementsAre("/phone phone_invalid"));
    EXPECT_THAT(faults([](Address& a) { a.latitude = 6.6; }), ElementsAre("/longitude required"));
    EXPECT_THAT(faults([](Address& a) { a.longitude = 3.35; }), ElementsAre("/latitude required"));
    EXPECT_THAT(faults([](Address& a) { a.latitude = 90.01, a.longitude = -180.01; }),
                ElementsAre("/latitude out_of_range", "/longitude out_of_range"));
    EXPECT_THAT(faults([](Address& a) {
                    a.latitude = std::numeric_limits<double>::quiet_NaN(), a.longitude = 0;
                }),
                ElementsAre("/latitude out_of_range"));
}

TEST(AddressRules, PhoneIsOneOfTheCountry) {
    Address address = home();
    address.phone = "(713) 555-0142";
    EXPECT_FALSE(normalise(address, phones));
    address.country = "US";
    ASSERT_TRUE(normalise(address, phones));
    EXPECT_EQ(address.phone, "+17135550142");
    EXPECT_THAT(faults([](Address& a) { a.country = "GB", a.phone = "0803 123 4567"; }),
                ElementsAre("/phone phone_invalid"));
}

TEST(AddressRules, StoredPhoneStaysGood) {
    Address address = home();
    address.phone = "+2904567";  // in no table any more
    EXPECT_FALSE(normalise(address, phones));
    address.phone = "+2904567";
    ASSERT_TRUE(normalise(address, phones, "+2904567"));
    EXPECT_EQ(address.phone, "+2904567");
}

TEST(AddressRules, LengthsAreCharacters) {
    for (const AddressField& field : address_fields) {
        if (std::string_view(field.name) == "country" || std::string_view(field.name) == "phone")
            continue;
        std::string text;
        for (std::int64_t i = 0; i < field.longest; ++i) text += "ọ";
        EXPECT_THAT(faults([&](Address& a) { a.*field.text = text; }), IsEmpty()) << field.name;
        EXPECT_THAT(faults([&](Address& a) { a.*field.text = text + "x"; }),
                    ElementsAre(std::string("/") + field.name + " too_long"));
    }
}

TEST(AddressBody, GivesBackWhatWasGiven) {
    const Json body = *parse_json(
        R"({"line1":"12 Allen Avenue","city":"Ikeja","state":"Lagos","latitude":6.6018,"longitude":3,"is_default":true})");
    std::vector<Fault> wrong;
    http::schema_of<NewAddress>().validate(body, "", wrong);
    EXPECT_TRUE(wrong.empty());
    SavedAddress address;
    address.id = 7;
    address.country = "NG";
    const auto read = [&](const Json& json) {
        AddressChange change{address};
        http::read_body(json, change);
        static_cast<Address&>(address) = change;
    };
    read(body);
    EXPECT_EQ(
        http::body_json(address),
        R"({"id":7,"label":null,"recipient_name":null,"line1":"12 Allen Avenue","line2":null,"city":"Ikeja","state":"Lagos","postal_code":null,)"
        R"("country":"NG","landmark":null,"delivery_instructions":null,"phone":null,"phone_number":null,"latitude":6.6018,"longitude":3.0,"is_default":true,)"
        R"("version":1,"created_at":"1970-01-01T00:00:00.000Z","updated_at":"1970-01-01T00:00:00.000Z"})");
    http::schema_of<SavedAddress>().validate(*parse_json(http::body_json(address)), "", wrong);
    EXPECT_TRUE(wrong.empty());
    read(*parse_json(R"({"line2":"Flat 3","latitude":null,"longitude":null})"));
    EXPECT_EQ(address.line2, "Flat 3");
    EXPECT_EQ(address.line1, "12 Allen Avenue");
    EXPECT_FALSE(address.latitude || address.longitude);
}

TEST(CountryCodes, AreThoseOfIso3166) {
    for (const char* code : {"NG", "GH", "BJ", "AD", "ZW", "GB"})
        EXPECT_TRUE(is_country_code(code)) << code;
    for (const char* code : {"", "N", "ng", "NGA", "UK", "XX", "EU", "D ", " A"})
        EXPECT_FALSE(is_country_code(code)) << code;
}

}  // namespace
}  // namespace kitchen::auth
