#include "order_mails.h"

#include <map>

#include <gmock/gmock.h>

#include "kitchen/testkit/fakes.h"
#include "sqlite_store.h"

namespace kitchen::order_mails {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class FakeOrders final : public Orders {
public:
    std::map<std::int64_t, Order> orders;

    Result<std::optional<Order>> at_version(Transaction&, std::int64_t order_id,
                                            std::int64_t version) override {
        const auto found = orders.find(order_id);
        if (found == orders.end() || version > found->second.version) return std::optional<Order>();
        Order order = found->second;
        order.history.resize(static_cast<std::size_t>(version));
        order.status = order.history.back().to;
        order.version = version;
        return std::optional(order);
    }
    Result<std::optional<std::int64_t>> completed_with(Transaction&, std::int64_t,
                                                       std::int64_t) override {
        return std::optional<std::int64_t>();
    }
};

class FakeIdentity final : public Identity {
public:
    bool is_gone = false;
    bool has_email = true;
    Result<std::optional<Account>> account(Transaction&, std::int64_t user_id) override {
        if (is_gone) return std::optional<Account>();
        const std::string user = "user" + std::to_string(user_id);
        return std::optional(
            Account{user_id, has_email ? user + "@example.com" : "", "", "customer"});
    }
    Result<bool> is_current(Transaction&, const Principal&) override { return true; }
    Result<std::string> normalise_phone(std::string_view, std::string_view) const override {
        return std::string();
    }
};

class FakeOutbox final : public Outbox {
public:
    std::vector<Delivery> deliveries;

    Status enqueue(Transaction&, std::string_view channel, const Delivery& delivery) override {
        EXPECT_EQ(channel, OrderMails::channel);
        deliveries.push_back(delivery);
        return {};
    }
    void add_channel(Setup&, std::string, Channel) override {}
    Result<std::vector<std::string>> keys(Transaction&, std::string_view,
                                          std::string_view start) override {
        std::vector<std::string> keys;
        for (const Delivery& delivery : deliveries)
            if (delivery.key.starts_with(start)) keys.push_back(delivery.key);
        return keys;
    }
};

class OrderMailsTest : public testing::Test {
protected:
    OrderMailsTest() {
        Order& order = orders.orders[7];
        order.id = 7;
        order.user_id = 1;
        order.created_at = clock.now();
        order.fulfillment = Fulfillment::delivery;
        order.items = {
            {1, "Jollof & <rice>", 400'000, 2, {{2, "Suya", 120'000}}, {}, "", 800'000, 0}};
        order.price = {800'000, 50'000, 0, 63'750, 10'000, 0, 923'750};
        order.currency = "NGN";
        order.contact_phone = "+2348031000001";
        order.address = parse_json(R"({"recipient_name": "Ada Obi", "line1": "12 Allen Avenue",
            "line2": null, "city": "Ikeja", "state": "Lagos", "postal_code": "100281",
            "landmark": "by <the> mosque"})")
                            .value();
        order.history = {{std::nullopt, OrderState::pending, {1, "customer"}, clock.now(), ""}};
    }
    void place() {
        transact([&](Transaction& tx) {
            return mails.placed(tx, {7, 1, 923'750, "NGN", orders.orders[7].history[0].at});
        });
    }
    void move(OrderState to, const std::string& reason = "") {
        Order& order = orders.orders[7];
        order.history.push_back({order.history.back().to, to, {8, "kitchen"}, clock.now(), reason});
        ++order.version;
    }
    void tell(std::int64_t version) {
        transact([&](Transaction& tx) {
            return mails.moved(tx, {7, 1, version, "", "", clock.now()});
        });
    }
    /// What has been put into the outbox, as the mailer gets it.
    std::vector<Mail> sent() {
        for (const Delivery& delivery : outbox.deliveries) {
            Outgoing outgoing;
            static_cast<Delivery&>(outgoing) = delivery;
            outgoing.id = "id of " + delivery.key;
            outgoing.created_at = clock.now();
            mails.send(outgoing).value();
        }
        return mailer.mails();
    }
    void transact(const std::function<Status(Transaction&)>& body) {
        store->transact(body).value();
    }

    const std::unique_ptr<Store> store = sqlite::open_memory();
    testkit::ManualClock clock;
    FakeOrders orders;
    FakeIdentity identity;
    FakeOutbox outbox;
    testkit::RecordingMailer mailer;
    const OrderMails mails{*store, outbox, orders, identity, mailer, clock, {}};
};

TEST_F(OrderMailsTest, APlacedOrder) {
    place();
    ASSERT_EQ(outbox.deliveries.size(), 1u);
    EXPECT_EQ(outbox.deliveries[0].key, "orders/7/1");
    EXPECT_EQ(outbox.deliveries[0].subject, "Order 7: placed");
    const Mail mail = sent().at(0);
    EXPECT_EQ(mail.to, "user1@example.com");
    EXPECT_EQ(mail.idempotency_key, "id of orders/7/1");
    EXPECT_EQ(mail.subject, "Your order 7");
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

TEST_F(OrderMailsTest, TimesAreThoseOfTheKitchen) {
    orders.orders[7].scheduled_for = parse_rfc3339("2026-01-02T11:00:00Z");
    place();
    const Mail mail = sent().at(0);
    EXPECT_THAT(mail.text, HasSubstr("for tomorrow, 12:00 (Fri 2 Jan 2026).\n"));
    EXPECT_THAT(mail.html, HasSubstr("for tomorrow, 12:00 (Fri 2 Jan 2026).</p>"));
}

TEST_F(OrderMailsTest, AmountsHaveTheDecimalsOfTheirCurrency) {
    Order& order = orders.orders[7];
    order.currency = "JPY";
    order.price = {1500, 0, 0, 113, 0, 0, 1613};
    order.items[0].line_total = 1500;
    place();
    EXPECT_THAT(sent().at(0).text,
                AllOf(HasSubstr("rice> with Suya: JPY 1,500\n"), HasSubstr("Tax: JPY 113\n"),
                      HasSubstr("Total: JPY 1,613\n")));
}

TEST_F(OrderMailsTest, ALateMailSaysWhatWasTrueThen) {
    move(OrderState::confirmed);
    move(OrderState::preparing);
    move(OrderState::ready);
    move(OrderState::cancelled, "No <gas> {{id}}");
    place();
    for (std::int64_t version = 2; version <= 5; ++version) tell(version);
    std::vector<std::string> subjects;
    const std::vector<Mail> mailed = sent();
    for (const Mail& mail : mailed) subjects.push_back(mail.subject);
    EXPECT_THAT(subjects,
                testing::ElementsAre("Your order 7", "Your order 7 is confirmed",
                                     "Your order 7 is being prepared", "Your order 7 is ready",
                                     "Your order 7 is cancelled"));
    EXPECT_THAT(mailed[3].text, Not(HasSubstr("gas")));
    EXPECT_THAT(mailed[4].text, HasSubstr("The reason: No <gas> {{id}}\n"));
    EXPECT_THAT(mailed[4].html, HasSubstr("The reason: No &lt;gas&gt; {{id}}"));
    EXPECT_EQ(outbox.deliveries[4].key, "orders/7/5");
}

TEST_F(OrderMailsTest, APickedUpOrderIsCalledFor) {
    orders.orders[7].fulfillment = Fulfillment::pickup;
    move(OrderState::preparing);
    move(OrderState::ready);
    tell(2);
    tell(3);
    const std::vector<Mail> mailed = sent();
    EXPECT_THAT(mailed[0].text, Not(HasSubstr("pick it up now")));
    EXPECT_THAT(mailed[1].text, HasSubstr("You can pick it up now."));
}

TEST_F(OrderMailsTest, OldNewsAreNotMailed) {
    clock.advance(24h);
    place();
    EXPECT_EQ(outbox.deliveries.size(), 1u);
    clock.advance(1ms);
    place();
    EXPECT_EQ(outbox.deliveries.size(), 1u);
}

TEST_F(OrderMailsTest, OnlyKeysOfOrdersAreWritten) {
    for (const char* key : {"", "orders/", "orders/7", "orders/7/", "orders/x/1", "orders/7/1/1",
                            "orders/0/1", "orders/7/0", "orders/-7/1", "signup/7/1"}) {
        Outgoing outgoing;
        outgoing.key = key;
        EXPECT_EQ(mails.send(outgoing).error().kind, Errc::unprocessable) << key;
    }
    Outgoing behind;
    behind.key = "orders/7/2";
    EXPECT_EQ(mails.send(behind).error().code, "order_behind");
}

TEST_F(OrderMailsTest, AMailOfAnOrderThatWasPurgedDoesNotTellOfTheNextOne) {
    Outgoing old;
    old.key = "orders/7/1";
    old.created_at = clock.now() - 1ms;
    EXPECT_EQ(mails.send(old).error().kind, Errc::unprocessable);
    EXPECT_TRUE(mailer.mails().empty());
}

TEST_F(OrderMailsTest, AnAccountThatIsGoneGetsNoMail) {
    identity.is_gone = true;
    place();
    EXPECT_TRUE(outbox.deliveries.empty());
}

TEST_F(OrderMailsTest, AnAccountWithoutAnAddressGetsNoMail) {
    identity.has_email = false;
    place();
    EXPECT_TRUE(outbox.deliveries.empty());
}

TEST_F(OrderMailsTest, MailsWithoutACauseAreFound) {
    place();
    outbox.deliveries.push_back({"orders/7/2", "a@example.com", "", ""});
    outbox.deliveries.push_back({"orders/8/1", "a@example.com", "", ""});
    outbox.deliveries.push_back({"stock/7/2", "a@example.com", "", ""});
    std::vector<std::string> wrong;
    transact([&](Transaction& tx) -> Status {
        wrong = mails.without_cause(tx).value();
        return {};
    });
    EXPECT_THAT(wrong, testing::ElementsAre("orders/7/2", "orders/8/1"));
}

}  // namespace
}  // namespace kitchen::order_mails
