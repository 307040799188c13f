#include "order_mails.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kitchen/testkit/fakes.h"
#include "claim_ledger.h"
#include "fees.h"
#include "order_kitchen.h"
#include "outbox_service.h"
#include "outbox_worker.h"

namespace kitchen::orders {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using tests::FakeAddresses;
using tests::FakeIdentity;
using tests::OrderKitchen;

const Viewer mailed_ada{1, "customer"}, mailed_cook{8, "kitchen"};

/// With a real outbox on the same store.
class OrderMailsTest : public tests::TestKitchen, public testing::Test {
protected:
    OrderMailsTest() : TestKitchen(tests::Storage::memory, {"orders", "claims", "outbox"}) {
        store->verify().value();
    }

    std::int64_t place(const CheckoutRequest& request) {
        return checkout.place(request, std::nullopt).value().order.id;
    }
    /// Sends what waits; all mails so far.
    std::vector<Mail> mails() {
        kitchen::outbox::OutboxWorker(*store, mailer, clock, random, log, metrics, tracing,
                                      outgoing, writers, {})
            .run();
        return mailer.mails();
    }

    testkit::SeededRandom random;
    testkit::RecordingLogger log;
    testkit::RecordingMetrics metrics;
    testkit::ManualTracing tracing;
    testkit::RecordingMailer mailer;
    FakeIdentity identity;
    kitchen::outbox::OutboxRepository outgoing{*store};
    kitchen::outbox::MailWriters writers;
    kitchen::outbox::OutboxService outbox{*store, clock, random, tracing, outgoing, writers};
    OrderRepository repository{*store};
    OrderMails order_mails{outbox, identity, *store, repository};
    IdempotencyRepository idempotency{*store};
    FakeAddresses book;
    claims::ClaimLedger claims{*store};
    fees::Fees fees{{50'000, 0, 750}};
    CheckoutSteps steps{All<CheckoutStep>({{"fees", &fees}}), log, std::chrono::seconds(60)};
    tests::FakeEvents events;
    OrderNotices notices{events, &order_mails, {}};
    CheckoutService checkout{*store,     carts,       catalog, identity, claims, clock,
                             repository, idempotency, steps,   notices,  {},     &book};
    OrderService orders{*store, catalog, claims, clock, repository, notices};
    const std::int64_t dish = food("Jollof & <rice>", 280'000, 3),
                       side = food("Suya", 120'000, 100);
};

TEST_F(OrderMailsTest, APlacedOrder) {
    put(1, dish, 2, {{side}, {}});
    book.of[1] = {book.home(7)};
    book.of[1][0].phone = "";
    book.of[1][0].landmark = "by <the> mosque";
    CheckoutRequest request = OrderKitchen::request(1, Fulfillment::delivery);
    request.address_id = 7;
    request.tip = 10'000;
    const std::int64_t id = place(request);
    ASSERT_EQ(mails().size(), 1u);
    const Mail mail = mails()[0];
    EXPECT_EQ(mail.to, "user1@example.com");
    EXPECT_EQ(mail.subject, "Your order " + std::to_string(id));
    EXPECT_THAT(
        mail.text,
        AllOf(HasSubstr("2 x Jollof & <rice> with Suya: NGN 8,000.00\n"),
              HasSubstr("Food: NGN 8,000.00\n"), HasSubstr("Delivery: NGN 500.00\n"),
              HasSubstr("Tax: NGN 637.50\n"), HasSubstr("Tip: NGN 100.00\n"),
              HasSubstr("Total: NGN 9,237.50\n"), HasSubstr("call +2348031000001"),
              HasSubstr("\n    Ada Obi\n    12 Allen Avenue\n    Ikeja, Lagos 100281\n    by <the> "
                        "mosque\n"),
              Not(HasSubstr("Discount")), Not(HasSubstr("pick it up")), Not(HasSubstr("{{"))));
    EXPECT_THAT(mail.html, AllOf(HasSubstr("2 &times; Jollof &amp; &lt;rice&gt; with Suya"),
                                 HasSubstr("<strong>NGN 9,237.50</strong>"),
                                 HasSubstr("Ikeja, Lagos 100281<br>by &lt;the&gt; mosque<br>"),
                                 Not(HasSubstr("<rice>"))));
}

TEST_F(OrderMailsTest, EveryStepIsAMail) {
    put(1, dish);
    const std::int64_t id = place(OrderKitchen::request(1));
    for (const OrderState to :
         {OrderState::confirmed, OrderState::preparing, OrderState::ready, OrderState::completed})
        orders.move(mailed_cook, id, to, "", any_version).value();
    std::vector<std::string> subjects;
    for (const Mail& mail : mails()) subjects.push_back(mail.subject);
    const std::string order = "Your order " + std::to_string(id);
    EXPECT_THAT(subjects,
                testing::ElementsAre(order, order + " is confirmed", order + " is being prepared",
                                     order + " is ready", order + " is completed"));
    EXPECT_THAT(mails()[3].text, HasSubstr("You can pick it up now."));
    EXPECT_THAT(mails()[2].text, Not(HasSubstr("pick it up now")));
}

TEST_F(OrderMailsTest, ALateMailSaysWhatWasTrueThen) {
    put(1, dish);
    const std::int64_t id = place(OrderKitchen::request(1));
    orders.move(mailed_cook, id, OrderState::confirmed, "", any_version).value();
    orders.move(mailed_cook, id, OrderState::cancelled, "No gas", any_version).value();
    const std::string order = "Your order " + std::to_string(id);
    EXPECT_EQ(mails().at(0).subject, order);
    EXPECT_EQ(mails().at(1).subject, order + " is confirmed");
    EXPECT_THAT(mails().at(1).text, Not(HasSubstr("No gas")));
    EXPECT_THAT(mails().at(2).text, HasSubstr("No gas"));
}

TEST_F(OrderMailsTest, OnlyKeysOfOrdersAreWritten) {
    for (const char* key : {"", "order/", "order/7", "order/7/", "order/x/1", "order/7/1/1",
                            "order/0/1", "order/7/0", "order/-7/1", "signup/7/1"})
        EXPECT_EQ(tests::error_of(order_mails.write(key)).kind, Errc::unprocessable) << key;
    EXPECT_EQ(tests::error_of(order_mails.write("order/7/1")).code, "order_behind");
    put(1, dish);
    const std::int64_t id = place(OrderKitchen::request(1));
    EXPECT_EQ(tests::error_of(order_mails.write("order/" + std::to_string(id) + "/2")).code,
              "order_behind");
}

TEST_F(OrderMailsTest, ACancelledOrderSaysWhyEscaped) {
    put(1, dish);
    const std::int64_t id = place(OrderKitchen::request(1));
    orders.move(mailed_cook, id, OrderState::cancelled, "No <gas> {{id}}", any_version).value();
    const Mail mail = mails().at(1);
    EXPECT_EQ(mail.to, "user1@example.com");
    EXPECT_THAT(mail.text, HasSubstr("The reason: No <gas> {{id}}\n"));
    EXPECT_THAT(mail.html, HasSubstr("The reason: No &lt;gas&gt; {{id}}"));
}

TEST_F(OrderMailsTest, WhatDidNotHappenIsNotTold) {
    put(1, dish, 2);
    put(2, dish, 2);  // there are three
    const std::int64_t id = place(OrderKitchen::request(1));
    EXPECT_FALSE(checkout.place(OrderKitchen::request(2), std::nullopt));
    EXPECT_FALSE(orders.move(mailed_cook, id, OrderState::completed, "", any_version));
    EXPECT_FALSE(orders.move(mailed_cook, id, OrderState::confirmed, "", [](std::int64_t) {
        return Status(Error(Errc::precondition_failed, "stale", "Stale."));
    }));
    ASSERT_EQ(mails().size(), 1u);
    EXPECT_EQ(mails()[0].to, "user1@example.com");
}

TEST_F(OrderMailsTest, NobodyIsWrittenToWhenTheAccountIsGone) {
    put(1, dish);
    const std::int64_t id = place(OrderKitchen::request(1));
    identity.missing.insert(1);
    orders.move(mailed_cook, id, OrderState::confirmed, "", any_version).value();
    EXPECT_EQ(mails().size(), 1u);
}

TEST(MoneyText, GroupsThousands) {
    EXPECT_EQ(money_text(0, "NGN"), "NGN 0.00");
    EXPECT_EQ(money_text(5, "NGN"), "NGN 0.05");
    EXPECT_EQ(money_text(99'999, "NGN"), "NGN 999.99");
    EXPECT_EQ(money_text(100'000, "NGN"), "NGN 1,000.00");
    EXPECT_EQ(money_text(123'456'789, "NGN"), "NGN 1,234,567.89");
    EXPECT_EQ(money_text(100'000'000'000, "NGN"), "NGN 1,000,000,000.00");
}

}  // namespace
}  // namespace kitchen::orders
