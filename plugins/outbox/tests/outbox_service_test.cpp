#include "outbox_fixture.h"

namespace kitchen::outbox {
namespace {

using namespace std::chrono_literals;

using OutboxServiceTest = OutboxTest;

TEST_P(OutboxServiceTest, AMailWaits) {
    enqueue(a_mail()).value();
    const StoredDelivery mail = only();
    EXPECT_EQ(mail.to, "ada@example.com");
    EXPECT_EQ(mail.subject, "Your order 7");
    EXPECT_EQ(mail.state, DeliveryState::waiting);
    EXPECT_EQ(mail.attempts, 0);
    EXPECT_EQ(mail.due_at, clock.now());
    EXPECT_EQ(mail.created_at, clock.now());
    EXPECT_EQ(mail.sent_at, std::nullopt);
    EXPECT_EQ(payload_of(mail.id), "Jollof rice\n");
}

TEST_P(OutboxServiceTest, ItGoesWithTheTransactionOfItsCause) {
    const Status failed = store->transact([&](Transaction& tx) -> Status {
        service->enqueue(tx, "mail", a_mail("gone")).value();
        return Error(Errc::conflict, "no", "The cause did not happen.");
    });
    EXPECT_FALSE(failed);
    EXPECT_EQ(count(), 0);
    store->transact([&](Transaction& tx) { return service->enqueue(tx, "mail", a_mail("kept")); })
        .value();
    EXPECT_EQ(count(DeliveryState::waiting), 1);
}

TEST_P(OutboxServiceTest, OneMailAKey) {
    for (int i = 0; i < 3; ++i) enqueue(a_mail("order/7/1")).value();
    enqueue(a_mail("order/7/2")).value();
    EXPECT_EQ(count(DeliveryState::waiting), 2);
    EXPECT_EQ(enqueue(a_mail("")).error().code, "delivery_key_missing");
    run();
    enqueue(a_mail("order/7/1")).value();
    run();
    EXPECT_EQ(mailer.calls().size(), 2u);
}

TEST_P(OutboxServiceTest, PagesAreNewestFirstAndFiltered) {
    for (int i = 0; i < 5; ++i)
        enqueue(a_mail("k" + std::to_string(i), "to" + std::to_string(i) + "@example.com")).value();
    const DeliveryPage page = service->list({"", DeliveryState::waiting}, 2, 1).value();
    EXPECT_EQ(page.total_count, 5);
    ASSERT_EQ(page.deliveries.size(), 2u);
    EXPECT_EQ(page.deliveries[0].to, "to3@example.com");
    EXPECT_EQ(page.deliveries[1].to, "to2@example.com");
    EXPECT_EQ(count(DeliveryState::dead), 0);
}

TEST_P(OutboxServiceTest, OnlyTheDeadAreRetried) {
    enqueue(a_mail()).value();
    const std::int64_t id = only().id;
    EXPECT_EQ(service->retry(id).error().code, "delivery_not_dead");
    EXPECT_EQ(service->retry(id + 1).error().code, "delivery_not_found");
    run();
    EXPECT_EQ(service->retry(id).error().kind, Errc::conflict);
}

TEST_P(OutboxServiceTest, OldMailsAreForgottenButNeverWaitingOnes) {
    for (int i = 0; i < 1200; ++i) enqueue(a_mail("old" + std::to_string(i))).value();
    WorkerSettings settings;
    settings.sent_per_run = 10'000;
    run("mail", settings);
    mailer.on_send = [](const Mail&) { return Status(Error(Errc::unprocessable, "no", "No.")); };
    enqueue(a_mail("dead")).value();
    run();
    enqueue(a_mail("waiting")).value();
    clock.advance(24h * 30 - 1ms);
    EXPECT_EQ(service->sweep(24h * 30).value(), 0);
    clock.advance(1ms);
    EXPECT_EQ(service->sweep(24h * 30).value(), 1201);
    EXPECT_EQ(only().state, DeliveryState::waiting);
}

TEST_P(OutboxServiceTest, LongWaitingIsASignOfTrouble) {
    EXPECT_TRUE(service->check());
    enqueue(a_mail()).value();
    clock.advance(15min);
    EXPECT_TRUE(service->check());
    clock.advance(1ms);
    EXPECT_EQ(service->check().error().code, "deliveries_delayed");
    run();
    EXPECT_TRUE(service->check());
}

TEST_P(OutboxServiceTest, EachChannelHasKeysOfItsOwn) {
    testkit::RecordingSetup printer{"printer"};
    service->add_channel(printer, "printer", {[](const Outgoing&) { return Status(); }});
    enqueue(a_mail("order/7")).value();
    for (int i = 0; i < 2; ++i) enqueue("printer", {"order/7", "bar", "Order 7", "text"}).value();
    EXPECT_EQ(count(), 2);
    EXPECT_EQ(service->list({"printer", std::nullopt}, 10, 0).value().total_count, 1);
    EXPECT_EQ(service->list({"printer", DeliveryState::waiting}, 10, 0).value().total_count, 1);
    EXPECT_EQ(service->list({"printer", DeliveryState::dead}, 10, 0).value().total_count, 0);
    EXPECT_EQ(enqueue("printer", {}).error().code, "delivery_key_missing");
    EXPECT_THROW((void)enqueue("drums", {"order/7", "", "", ""}), std::logic_error);
    const auto keys = [&](const std::string& start) {
        return store
            ->read<std::vector<std::string>>(
                [&](Transaction& tx) { return service->keys(tx, "printer", start); })
            .value();
    };
    EXPECT_EQ(keys(""), std::vector<std::string>{"order/7"});
    EXPECT_EQ(keys("order/"), std::vector<std::string>{"order/7"});
    EXPECT_EQ(keys("order/8"), std::vector<std::string>());
    EXPECT_EQ(keys("%"), std::vector<std::string>());
}

TEST_P(OutboxServiceTest, AChannelIsCalledLikeItsPluginAndOnlyOnce) {
    testkit::RecordingSetup printer{"printer"};
    const Channel channel{[](const Outgoing&) { return Status(); }};
    service->add_channel(printer, "printer/bar", channel);
    EXPECT_THROW(service->add_channel(printer, "printer/bar", channel), std::logic_error);
    EXPECT_THROW(service->add_channel(printer, "mail", channel), std::logic_error);
    EXPECT_THROW(service->add_channel(printer, "printers", channel), std::logic_error);
}

INSTANTIATE_TEST_SUITE_P(Stores, OutboxServiceTest, all_stores, store_name);

}  // namespace
}  // namespace kitchen::outbox
