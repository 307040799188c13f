#include "currency.h"

#include <gmock/gmock.h>

#include "catalog_fixture.h"

namespace kitchen::catalog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CurrencyTest : public CatalogTest {
protected:
    Status start_with(const std::string& currency) {
        return remember_currency(*store, FoodRepository(*store, currency), 1);
    }
};

TEST_F(CurrencyTest, OfStoredPricesIsNeverAnother) {
    ASSERT_TRUE(start_with("USD").has_value());
    ASSERT_TRUE(start_with("NGN").has_value());  // there is no food yet
    const Food gone = add("Eba");
    ASSERT_TRUE(service->remove(gone.id, any_version).has_value());
    ASSERT_TRUE(start_with("NGN").has_value());
    const Status refused = start_with("USD");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, "currency_changed");
    EXPECT_THAT(refused.error().detail,
                testing::AllOf(HasSubstr("are NGN"), HasSubstr("currency is USD"),
                               HasSubstr("convert-prices --config FILE --to USD")));
    EXPECT_TRUE(start_with("NGN").has_value());
}

TEST_F(CurrencyTest, OfAnOlderVersionsFoodsIsTheConfiguredOne) {
    add("Eba");
    ASSERT_TRUE(start_with("NGN").has_value());
    EXPECT_FALSE(start_with("USD").has_value());
}

TEST_F(CurrencyTest, IsConverted) {
    const Food eba = add("Eba", 150'000), rice = add("Rice", 0), soup = add("Soup", 250'010);
    ASSERT_TRUE(start_with("NGN").has_value());
    EXPECT_EQ(convert_prices(*store, *foods, "JPY", "0.1", 5).value(), 3);
    EXPECT_EQ(stored(eba.id).price, 150);
    EXPECT_EQ(stored(eba.id).version, 2);
    EXPECT_EQ(stored(rice.id).price, 0);
    EXPECT_EQ(stored(soup.id).price, 250);
    FoodQuery query;
    query.max_price = 200;
    EXPECT_THAT(names(query), ElementsAre("Eba", "Rice"));
    EXPECT_EQ(total(query, 10, 0), 2);
    EXPECT_FALSE(start_with("NGN").has_value());
    EXPECT_TRUE(start_with("JPY").has_value());
    const FoodRepository yen(*store, "JPY");
    EXPECT_EQ(convert_prices(*store, yen, "KWD", "2.", 6).value(), 3);
    EXPECT_EQ(stored(eba.id).price, 300'000);
}

TEST_F(CurrencyTest, IsNotConvertedToNonsense) {
    add("Eba", 150'000);
    const auto code = [&](const char* to, const char* rate) {
        return convert_prices(*store, *foods, to, rate, 5).error().code;
    };
    EXPECT_EQ(code("ZZZ", "1"), "currency_unknown");
    for (const char* rate : {"", ".", "0", "-1", "1e3", "1,5", "1.2.3", "9999999999", "nan"})
        EXPECT_EQ(code("USD", rate), "rate_invalid") << rate;
    EXPECT_EQ(code("USD", "0.000000001"), "price_out_of_range");
    EXPECT_EQ(code("USD", "100000"), "price_out_of_range");
    EXPECT_EQ(stored(1).price, 150'000);
}

}  // namespace
}  // namespace kitchen::catalog
