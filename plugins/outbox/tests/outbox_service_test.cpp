#include "outbox_fixture.h"

namespace kitchen::outbox {
namespace {

using namespace std::chrono_literals;

using OutboxServiceTest = OutboxTest;

TEST_P(OutboxServiceTest, AMailWaits) {
    service->enqueue(a_mail()).value();
    const OutgoingMail mail = only();
    EXPECT_EQ(mail.to, "ada@example.com");
    EXPECT_EQ(mail.subject, "Your order 7");
    EXPECT_EQ(mail.state, MailState::waiting);
    EXPECT_EQ(mail.attempts, 0);
    EXPECT_EQ(mail.due_at, clock.now());
    EXPECT_EQ(mail.created_at, clock.now());
    EXPECT_EQ(mail.sent_at, std::nullopt);
    EXPECT_EQ(body_of(mail.id), "Jollof rice\n<p>Jollof rice</p>");
}

TEST_P(OutboxServiceTest, ItGoesWithTheTransactionOfItsCause) {
    const Status failed = store->transact([&](Transaction& tx) -> Status {
        service->enqueue(tx, a_mail("gone")).value();
        return Error(Errc::conflict, "no", "The cause did not happen.");
    });
    EXPECT_FALSE(failed);
    EXPECT_EQ(service->list(std::nullopt, 10, 0).value().total_count, 0);
    store->transact([&](Transaction& tx) { return service->enqueue(tx, a_mail("kept")); }).value();
    EXPECT_EQ(count(MailState::waiting), 1);
}

TEST_P(OutboxServiceTest, OneMailAKey) {
    for (int i = 0; i < 3; ++i) service->enqueue(a_mail("order/7/1")).value();
    service->enqueue(a_mail("order/7/2")).value();
    EXPECT_EQ(count(MailState::waiting), 2);
    EXPECT_EQ(service->enqueue(a_mail("")).error().code, "mail_key_missing");
    worker()->run();
    service->enqueue(a_mail("order/7/1")).value();
    worker()->run();
    EXPECT_EQ(mailer.calls().size(), 2u);
}

TEST_P(OutboxServiceTest, PagesAreNewestFirstAndFiltered) {
    for (int i = 0; i < 5; ++i)
        service->enqueue(a_mail("k" + std::to_string(i), "to" + std::to_string(i) + "@example.com"))
            .value();
    const MailPage page = service->list(MailState::waiting, 2, 1).value();
    EXPECT_EQ(page.total_count, 5);
    ASSERT_EQ(page.mails.size(), 2u);
    EXPECT_EQ(page.mails[0].to, "to3@example.com");
    EXPECT_EQ(page.mails[1].to, "to2@example.com");
    EXPECT_EQ(service->list(MailState::dead, 2, 0).value().total_count, 0);
}

TEST_P(OutboxServiceTest, OnlyTheDeadAreRetried) {
    service->enqueue(a_mail()).value();
    const std::int64_t id = only().id;
    EXPECT_EQ(service->retry(id).error().code, "mail_not_dead");
    EXPECT_EQ(service->retry(id + 1).error().code, "mail_not_found");
    worker()->run();
    EXPECT_EQ(service->retry(id).error().kind, Errc::conflict);
}

TEST_P(OutboxServiceTest, OldMailsAreForgottenButNeverWaitingOnes) {
    for (int i = 0; i < 1200; ++i) service->enqueue(a_mail("old" + std::to_string(i))).value();
    WorkerSettings settings;
    settings.mails_per_run = 10'000;
    worker(settings)->run();
    mailer.on_send = [](const Mail&) { return Status(Error(Errc::unprocessable, "no", "No.")); };
    service->enqueue(a_mail("dead")).value();
    worker()->run();
    service->enqueue(a_mail("waiting")).value();
    clock.advance(24h * 30 - 1ms);
    EXPECT_EQ(service->sweep(24h * 30).value(), 0);
    clock.advance(1ms);
    EXPECT_EQ(service->sweep(24h * 30).value(), 1201);
    EXPECT_EQ(only().state, MailState::waiting);
}

TEST_P(OutboxServiceTest, LongWaitingIsASignOfTrouble) {
    EXPECT_TRUE(service->check());
    service->enqueue(a_mail()).value();
    clock.advance(15min);
    EXPECT_TRUE(service->check());
    clock.advance(1ms);
    EXPECT_EQ(service->check().error().code, "mails_delayed");
    worker()->run();
    EXPECT_TRUE(service->check());
}

TEST_P(OutboxServiceTest, AnUnwrittenMailGoesWithTheTransactionOfItsCause) {
    service->add_writer("orders", writer);
    const Status failed = store->transact([&](Transaction& tx) -> Status {
        service->enqueue(tx, unwritten("order/7/1")).value();
        return Error(Errc::conflict, "no", "The cause did not happen.");
    });
    EXPECT_FALSE(failed);
    for (int i = 0; i < 2; ++i)
        store
            ->transact(
                [&](Transaction& tx) { return service->enqueue(tx, unwritten("order/7/2")); })
            .value();
    EXPECT_EQ(writer.calls, 0);
    EXPECT_EQ(only().subject, "About order/7/2");
    EXPECT_EQ(body_of(only().id), "");
}

TEST_P(OutboxServiceTest, AWriterMustBeKnownAndOnlyOnce) {
    service->add_writer("orders", writer);
    EXPECT_THROW(service->add_writer("orders", writer), std::logic_error);
    const auto enqueue = [&](const UnwrittenMail& mail) {
        return store->transact([&](Transaction& tx) { return service->enqueue(tx, mail); });
    };
    EXPECT_THROW((void)enqueue({"ada@example.com", "key", "nobody"}), std::logic_error);
    EXPECT_EQ(enqueue(unwritten("")).error().code, "mail_key_missing");
}

INSTANTIATE_TEST_SUITE_P(Stores, OutboxServiceTest, all_stores, store_name);

}  // namespace
}  // namespace kitchen::outbox
