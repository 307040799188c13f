// Every optional plugin, and every two of them, off and on again: nothing is lost, and nothing but
// their routes is missing meanwhile.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "every_plugin.h"
#include "kitchen/claims.h"
#include "kitchen/store.h"
#include "kitchen/testkit/temporary_directory.h"

namespace kitchen::tests {
namespace {

using testkit::expect_status;
using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::Restaurant;
using testkit::RestaurantConfig;

/// A restaurant that was served with different plugins, one set after another.
class Served {
public:
    /// One run of the server, without these.
    void serve(const std::filesystem::path& data, const Ids& off) {
        RestaurantConfig config = testkit::on_sqlite();
        config.data = data;
        Restaurant restaurant(with_every_plugin(std::move(config), off));
        HttpClient chef = restaurant.admin();
        EXPECT_EQ(orders(chef), orders_) << "orders are as they were";
        EXPECT_EQ(claims(restaurant), claims_) << "claims are as they were";
        if (food_ == 0) {
            food_ = restaurant.food("Jollof", 250'000, 1000);
            expect_status(chef.post("/admin/promotions/",
                                    Json::object({{"code", "TEN"}, {"basis_points", 1000}})),
                          201, "promotion");
        }
        for (const bool is_kept : {true, false, true}) order(chef, off, is_kept);
        if (!off.contains("loyalty")) {
            EXPECT_TRUE(testkit::wait_until([&] { return points(chef) == owed_; }))
                << points(chef) << " points for " << owed_;
        }
        EXPECT_EQ(restaurant.stock_of(food_), 1000 - standing_);
        EXPECT_EQ(restaurant.broken_data(), "[]");
        expect_document(chef.get("/openapi.json").json, off);
        orders_ = orders(chef);
        claims_ = claims(restaurant);
    }

private:
    void order(HttpClient& chef, const Ids& off, bool is_kept) {
        expect_status(chef.post("/cart/", Json::object({{"food_id", food_}})), 201, "cart");
        Json body = Json::object({{"fulfillment_type", "pickup"}});
        if (!off.contains("promotions")) body.set("promo_code", "TEN");
        const HttpResponse placed = expect_status(chef.post("/orders/", body), 201, "order");
        const std::int64_t total = placed.json["total"].as_integer();
        EXPECT_EQ(placed.json["discount"], Json(off.contains("promotions") ? 0 : 25'000));
        EXPECT_EQ(placed.json["tax"].as_integer() == 0, off.contains("fees"));
        if (!is_kept) {
            expect_status(chef.post(placed.header("location") + "cancel/",
                                    Json::object({{"reason", "Out of rice"}})),
                          200, "cancel");
            return;
        }
        ++standing_;
        owed_ += total / 10'000;
    }
    static std::string orders(HttpClient& chef) {
        return expect_status(chef.get("/orders/?limit=100"), 200, "orders").json["result"].dump();
    }
    static std::int64_t points(HttpClient& chef) {
        return chef.get("/loyalty/").json["points"].as_integer();
    }
    static std::vector<std::string> claims(Restaurant& restaurant) {
        return restaurant.service<Store>()
            .read<std::vector<std::string>>(
                [&](Transaction& tx) -> Result<std::vector<std::string>> {
                    const auto held = restaurant.service<Claims>().held(tx, "%");
                    if (!held) return held.error();
                    std::vector<std::string> all;
                    for (const HeldClaim& claim : *held)
                        all.push_back(claim.owner + ": " + claim.name);
                    std::sort(all.begin(), all.end());
                    return all;
                })
            .value();
    }
    /// Without some plugins it is the whole one less their operations, and no other differs.
    void expect_document(const Json& document, const Ids& off) {
        std::map<std::string, std::string> operations;
        for (const auto& [path, item] : document["paths"].as_object())
            for (const auto& [method, operation] : item.as_object()) {
                if (off.empty())
                    plugins_[method + " " + path] = operation["tags"].as_array()[0].as_string();
                operations[method + " " + path] = operation.dump();
            }
        if (whole_.empty()) whole_ = operations;
        std::map<std::string, std::string> expected = whole_;
        std::erase_if(expected, [&](const auto& one) { return off.contains(plugins_[one.first]); });
        EXPECT_EQ(operations, expected);
    }

    std::int64_t food_ = 0, standing_ = 0, owed_ = 0;
    std::string orders_ = "[]";
    std::vector<std::string> claims_;
    std::map<std::string, std::string> whole_, plugins_;  ///< by operation
};

class OffAndOn : public testing::TestWithParam<Ids> {
protected:
    void expect_nothing_lost() {
        std::filesystem::copy(first().data.path(), directory_.path(),
                              std::filesystem::copy_options::recursive);
        Served served = first().served;
        served.serve(directory_.path(), GetParam());
        served.serve(directory_.path(), {});
    }

private:
    /// With all plugins; every test goes on from a copy.
    struct First {
        First() { served.serve(data.path(), {}); }
        testkit::TemporaryDirectory data;
        Served served;
    };
    static const First& first() {
        static const First first;
        return first;
    }

    const testkit::TemporaryDirectory directory_;
};

class OffAndOnPairs : public OffAndOn {};

std::string name_of(const testing::TestParamInfo<Ids>& info) {
    std::string name;
    for (const std::string& id : info.param)
        for (const char c : (name.empty() ? "" : "-and-") + id) name += c == '-' ? '_' : c;
    return name;
}

}  // namespace

TEST_P(OffAndOn, NothingIsLost) { expect_nothing_lost(); }
TEST_P(OffAndOnPairs, NothingIsLost) { expect_nothing_lost(); }

INSTANTIATE_TEST_SUITE_P(Alone, OffAndOn, testing::ValuesIn(alone()), name_of);
INSTANTIATE_TEST_SUITE_P(Two, OffAndOnPairs, testing::ValuesIn(pairs()), name_of);

}  // namespace kitchen::tests
