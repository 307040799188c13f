#include "destination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "order_address.h"
#include "order_kitchen.h"

namespace kitchen::orders {
namespace {

using testing::ElementsAre;
using tests::error_of;
using tests::FakeAddresses;
using tests::OrderKitchen;

constexpr std::int64_t resident_ada = 1, eve = 2;

std::string fault(const Error& error) {
    return error.code + (error.faults.size() == 1
                             ? " " + error.faults[0].pointer + " " + error.faults[0].code
                             : "");
}

/// Ada has two addresses, the first is her default; Eve has none.
class Delivery : public testing::Test {
protected:
    Delivery() {
        Address home = book.home(7);
        home.is_default = true;
        book.of[resident_ada] = {home, book.home(8)};
        book.of[resident_ada][1].line1 = "2 Broad Street";
        book.of[resident_ada][1].phone = "";
        book.of[resident_ada][1].delivery_instructions = "";
    }
    static CheckoutRequest to(std::optional<std::int64_t> address_id,
                              std::int64_t user = resident_ada,
                              Fulfillment fulfillment = Fulfillment::delivery) {
        CheckoutRequest request = OrderKitchen::request(user, fulfillment);
        request.address_id = address_id;
        return request;
    }
    Order order(OrderKitchen& in, const CheckoutRequest& request) {
        in.put(request.buyer.user_id, dish);
        return in.orders.read({1, "admin"}, in.place(request).value().order.id).value();
    }
    Error refusal(const CheckoutRequest& request) {
        kitchen.put(request.buyer.user_id, dish);
        return error_of(kitchen.place(request));
    }

    FakeAddresses book;
    OrderKitchen kitchen{tests::Storage::memory, {}, &book};
    const std::int64_t dish = kitchen.food("Dish", 100);
};

TEST_F(Delivery, GoesToTheAddressThatIsNamed) {
    const Order placed = order(kitchen, to(8));
    EXPECT_EQ(placed.address, order_address(book.of[resident_ada][1]));
    EXPECT_EQ(placed.address["line1"], Json("2 Broad Street"));
    EXPECT_EQ(placed.address["id"], Json(8));
    EXPECT_EQ(placed.contact_phone, "+2348031000001") << "the account's";
    EXPECT_EQ(placed.delivery_instructions, "");
}

TEST_F(Delivery, OrElseToTheDefaultOne) {
    const Order placed = order(kitchen, to(std::nullopt));
    EXPECT_EQ(placed.address["id"], Json(7));
    EXPECT_EQ(placed.contact_phone, "+2348090000000") << "the address's";
    EXPECT_EQ(placed.delivery_instructions, "Ring twice");
    CheckoutRequest own = to(7);
    own.contact_phone = "08012345678";
    own.delivery_instructions = "Call first";
    const Order with_own = order(kitchen, own);
    EXPECT_EQ(with_own.contact_phone, "+2348012345678");
    EXPECT_EQ(with_own.delivery_instructions, "Call first");
}

TEST_F(Delivery, IsCalledAtANumberOfItsCountry) {
    book.of[resident_ada][0].country = "GB";
    CheckoutRequest abroad = to(7);
    abroad.contact_phone = "020 7946 0958";
    EXPECT_EQ(order(kitchen, abroad).contact_phone, "+442079460958");
    EXPECT_EQ(order(kitchen, abroad).contact_name, book.of[resident_ada][0].recipient_name);
}

TEST_F(Delivery, WhatBecomesOfTheAddressLaterDoesNotMatter) {
    const Order placed = order(kitchen, to(7));
    book.of[resident_ada][0].line1 = "Elsewhere";
    EXPECT_EQ(kitchen.orders.read({resident_ada, "customer"}, placed.id).value().address["line1"],
              Json("12 Allen Avenue"));
    book.of.clear();
    EXPECT_EQ(
        kitchen.orders.list({resident_ada, "customer"}, {}, 10, 0).value().orders.at(0).address,
        placed.address);
}

TEST_F(Delivery, SomebodyElsesAddressIsAsUnknownAsAnyOther) {
    book.of[eve] = {book.home(9)};
    for (const std::int64_t id : {9, 999}) {
        const Error refused = refusal(to(id));
        EXPECT_EQ(refused.kind, Errc::not_found);
        EXPECT_EQ(fault(refused), "address_not_found /address_id not_found");
    }
    EXPECT_EQ(kitchen.cart_of(resident_ada).lines.size(), 1u);
    EXPECT_EQ(kitchen.order_count(), 0);
}

TEST_F(Delivery, ToNowhereIsRefused) {
    const Error refused = refusal(to(std::nullopt, eve));
    EXPECT_EQ(refused.kind, Errc::unprocessable);
    EXPECT_EQ(fault(refused), "address_required /address_id required");
}

TEST_F(Delivery, ToNowhereMayBeAllowed) {
    CheckoutRules rules;
    rules.require_address = false;
    OrderKitchen lenient(tests::Storage::memory, rules, &book);
    lenient.food("Dish", 100);
    EXPECT_TRUE(order(lenient, to(std::nullopt, eve)).address.is_null());
    EXPECT_EQ(order(lenient, to(std::nullopt)).address["id"], Json(7))
        << "the default one all the same";
    lenient.put(eve, dish);
    EXPECT_EQ(fault(error_of(lenient.place(to(7, eve)))),
              "address_not_found /address_id not_found");
}

TEST_F(Delivery, WhatIsPickedUpGoesToNoAddress) {
    EXPECT_EQ(fault(refusal(to(7, resident_ada, Fulfillment::pickup))),
              "validation_failed /address_id not_for_pickup");
    const Order placed = order(kitchen, to(std::nullopt, resident_ada, Fulfillment::pickup));
    EXPECT_TRUE(placed.address.is_null());
    EXPECT_EQ(placed.delivery_instructions, "");
    EXPECT_EQ(placed.contact_phone, "+2348031000001");
}

TEST_F(Delivery, WithoutAnAddressBookNothingIsAskedFor) {
    OrderKitchen plain;
    plain.food("Dish", 100);
    EXPECT_TRUE(order(plain, to(std::nullopt)).address.is_null());
    plain.put(resident_ada, dish);
    EXPECT_EQ(fault(error_of(plain.place(to(7)))), "validation_failed /address_id no_address_book");
}

TEST_F(Delivery, IsQuotedAsItWillBePlaced) {
    kitchen.put(resident_ada, dish);
    kitchen.put(eve, dish);
    const auto quote = [&](std::int64_t user, Fulfillment fulfillment,
                           std::optional<std::int64_t> id) {
        return kitchen.checkout.quote({user, fulfillment, id, {}, 0, ""});
    };
    EXPECT_EQ(quote(resident_ada, Fulfillment::delivery, 8).value().draft.address->id, 8);
    EXPECT_EQ(quote(resident_ada, Fulfillment::delivery, {}).value().draft.address->id, 7);
    EXPECT_FALSE(quote(resident_ada, Fulfillment::pickup, {}).value().draft.address);
    EXPECT_TRUE(quote(resident_ada, Fulfillment::pickup, {}).value().problems.empty());
    const Quote nowhere = quote(eve, Fulfillment::delivery, {}).value();
    ASSERT_EQ(nowhere.problems.size(), 1u);
    EXPECT_EQ(nowhere.problems[0].pointer + " " + nowhere.problems[0].code,
              "/address address_required");
    EXPECT_EQ(nowhere.price.subtotal, 100);
    EXPECT_TRUE(parse_json(http::body_json(QuoteView{nowhere})).value()["address"].is_null());
    EXPECT_EQ(error_of(quote(eve, Fulfillment::delivery, 7)).code, "address_not_found");
    EXPECT_EQ(fault(error_of(quote(resident_ada, Fulfillment::pickup, 7))),
              "validation_failed /address_id not_for_pickup");
}

TEST_F(Delivery, ARepeatedRequestGivesTheFirstResponse) {
    kitchen.put(resident_ada, dish);
    const Placed first = kitchen.place(to(7), "key").value();
    book.of.clear();
    const Placed again = kitchen.place(to(7), "key").value();
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(order_json(again.order, Actor::customer), order_json(first.order, Actor::customer));
}

TEST(OrderAddress, ShowsWhatIsNeededToFindIt) {
    Address address = FakeAddresses::home(7);
    address.latitude = 6.5, address.longitude = 3.25;
    const Json json = order_address(address);
    EXPECT_EQ(
        json.dump(),
        R"({"id":7,"label":"Home","recipient_name":"Ada Obi","line1":"12 Allen Avenue","line2":null,"city":"Ikeja","state":"Lagos",)"
        R"("postal_code":"100281","country":"NG","landmark":"opposite the blue mosque","phone":"+2348090000000","latitude":6.5,"longitude":3.25})");
    std::vector<Fault> wrong;
    order_address_schema().validate(json, "", wrong);
    EXPECT_TRUE(wrong.empty());
}

}  // namespace
}  // namespace kitchen::orders
