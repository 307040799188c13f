#include <future>
#include <latch>

#include "outbox_fixture.h"

namespace kitchen::outbox {
namespace {

using namespace std::chrono_literals;

class OutboxWorkerTest : public OutboxTest {
protected:
    void refuse(Errc kind, std::optional<std::chrono::seconds> retry_after = std::nullopt) {
        mailer.on_send = [=](const Mail&) {
            Error error(kind, "mail_service_failed", "Later.");
            error.subject = "503";
            error.retry_after = retry_after;
            return Status(error);
        };
    }
    void accept() {
        mailer.on_send = [](const Mail&) { return Status(); };
    }
};

TEST_P(OutboxWorkerTest, SendsWhatIsDueAndForgetsWhatItSaid) {
    service->enqueue(a_mail()).value();
    EXPECT_EQ(worker()->run(), 1);
    ASSERT_EQ(mailer.mails().size(), 1u);
    const Mail sent = mailer.mails()[0];
    EXPECT_EQ(sent.to, "ada@example.com");
    EXPECT_EQ(sent.subject, "Your order 7");
    EXPECT_EQ(sent.text, "Jollof rice\n");
    EXPECT_EQ(sent.html, "<p>Jollof rice</p>");
    EXPECT_EQ(sent.idempotency_key.size(), 32u)
        << "not the caller's: another installation may have the same";
    const OutgoingMail mail = only();
    EXPECT_EQ(mail.state, MailState::sent);
    EXPECT_EQ(mail.sent_at, clock.now());
    EXPECT_EQ(mail.attempts, 1);
    EXPECT_EQ(mail.due_at, std::nullopt);
    EXPECT_EQ(body_of(mail.id), "");
    EXPECT_EQ(worker()->run(), 0);
}

TEST_P(OutboxWorkerTest, WaitsBetweenAttemptsAndKeepsTheKey) {
    service->enqueue(a_mail()).value();
    refuse(Errc::unavailable);
    WorkerSettings settings;
    settings.backoff = {10s, 1h};
    for (int attempt = 1; attempt <= 5; ++attempt) {
        EXPECT_EQ(worker(settings)->run(), 1) << attempt;
        const OutgoingMail mail = only();
        EXPECT_EQ(mail.state, MailState::waiting);
        EXPECT_EQ(mail.attempts, attempt);
        EXPECT_EQ(mail.last_error, "mail_service_failed (503)");
        const auto wait = *mail.due_at - clock.now();
        EXPECT_LE(wait, 10s * (1 << (attempt - 1)));
        clock.advance(wait - 1ms);
        EXPECT_EQ(worker(settings)->run(), 0) << "not yet";
        clock.advance(1ms);
    }
    accept();
    worker(settings)->run();
    EXPECT_EQ(only().state, MailState::sent);
    EXPECT_EQ(only().last_error, "");
    for (const Mail& call : mailer.calls())
        EXPECT_EQ(call.idempotency_key, mailer.calls()[0].idempotency_key);
}

TEST_P(OutboxWorkerTest, RetryAfterIsObeyed) {
    service->enqueue(a_mail()).value();
    refuse(Errc::unavailable, 2h);
    worker()->run();
    EXPECT_GE(*only().due_at - clock.now(), 2h);
}

TEST_P(OutboxWorkerTest, TooManyRequestsQuietTheWorker) {
    for (int i = 0; i < 3; ++i) service->enqueue(a_mail("k" + std::to_string(i))).value();
    refuse(Errc::too_many_requests, 7s);
    const auto one = worker();
    EXPECT_EQ(one->run(), 1);
    accept();
    EXPECT_EQ(one->run(), 0);
    clock.advance(7s - 1ms);
    EXPECT_EQ(one->run(), 0);
    clock.advance(1ms);
    EXPECT_GE(one->run(), 2);
}

TEST_P(OutboxWorkerTest, AMailerThatIsAwayIsLeftAlone) {
    for (int i = 0; i < 10; ++i) service->enqueue(a_mail("k" + std::to_string(i))).value();
    refuse(Errc::unavailable);
    EXPECT_EQ(worker()->run(), OutboxWorker::failures_per_run);
    EXPECT_EQ(mailer.calls().size(), 3u);
    // A recipient that is refused for now does not hold up the others.
    mailer.on_send = [n = 0](const Mail&) mutable {
        return ++n % 3 == 0 ? Status() : Status(Error(Errc::unavailable, "greylisted", "Later."));
    };
    EXPECT_EQ(worker()->run(), 7);
    EXPECT_EQ(mailer.mails().size(), 2u);
}

TEST_P(OutboxWorkerTest, ARefusedMailIsDeadAtOnceAndCanBeRetried) {
    service->enqueue(a_mail()).value();
    refuse(Errc::unprocessable);
    worker()->run();
    OutgoingMail mail = only();
    EXPECT_EQ(mail.state, MailState::dead);
    EXPECT_EQ(mail.attempts, 1);
    EXPECT_EQ(mail.last_error, "mail_service_failed (503)");
    clock.advance(24h);
    EXPECT_EQ(worker()->run(), 0);

    mail = service->retry(mail.id).value();
    EXPECT_EQ(mail.state, MailState::waiting);
    EXPECT_EQ(mail.attempts, 0);
    accept();
    EXPECT_EQ(worker()->run(), 1);
    EXPECT_EQ(only().state, MailState::sent);
    EXPECT_EQ(mailer.mails().at(0).text, "Jollof rice\n");
}

TEST_P(OutboxWorkerTest, TooManyAttemptsMakeADeadLetter) {
    service->enqueue(a_mail()).value();
    refuse(Errc::unavailable);
    WorkerSettings settings;
    settings.max_attempts = 3;
    for (int i = 0; i < 10; ++i) {
        worker(settings)->run();
        clock.advance(1h);
    }
    EXPECT_EQ(mailer.calls().size(), 3u);
    EXPECT_EQ(only().state, MailState::dead);
}

struct Killed {};

// The process dies after the service has said yes and before that is noted.
TEST_P(OutboxWorkerTest, ACrashBetweenSendAndMarkIsOneMail) {
    service->enqueue(a_mail()).value();
    mailer.after_taking = [] { throw Killed(); };
    EXPECT_THROW(worker()->run(), Killed);
    mailer.after_taking = [] {};
    EXPECT_EQ(only().state, MailState::waiting);
    EXPECT_EQ(worker()->run(), 0) << "the lease has not ended";
    clock.advance(WorkerSettings().lease);
    EXPECT_EQ(worker()->run(), 1);
    EXPECT_EQ(only().state, MailState::sent);
    EXPECT_EQ(mailer.calls().size(), 2u);
    EXPECT_EQ(mailer.mails().size(), 1u);
}

TEST_P(OutboxWorkerTest, AMailThatKillsItsWorkerIsDead) {
    service->enqueue(a_mail()).value();
    mailer.on_send = [](const Mail&) -> Status { throw Killed(); };
    WorkerSettings settings;
    settings.max_attempts = 3;
    for (int i = 0; i < 3; ++i) {
        EXPECT_THROW(worker(settings)->run(), Killed);
        clock.advance(settings.lease);
    }
    EXPECT_EQ(worker(settings)->run(), 1);
    EXPECT_EQ(mailer.calls().size(), 3u);
    EXPECT_EQ(only().state, MailState::dead);
    EXPECT_EQ(only().last_error, "attempts_exhausted");
}

// The first worker is so slow that its lease ends, and a second one takes over.
TEST_P(OutboxWorkerTest, WhoLostTheLeaseNotesNothing) {
    service->enqueue(a_mail()).value();
    bool first = true;
    mailer.on_send = [&](const Mail&) -> Status {
        if (!first) return {};
        first = false;
        clock.advance(WorkerSettings().lease);
        EXPECT_EQ(worker()->run(), 1);
        EXPECT_EQ(only().state, MailState::sent);
        return Error(Errc::unprocessable, "late", "The slow one's answer.");
    };
    worker()->run();
    EXPECT_EQ(only().state, MailState::sent) << "the slow one has buried what another has sent";
    EXPECT_TRUE(log.contains("another worker has it"));
    EXPECT_EQ(mailer.mails().size(), 1u);
}

TEST_P(OutboxWorkerTest, RacingWorkersSendEachMailOnce) {
    constexpr int mails = 120, workers = 4;
    for (int i = 0; i < mails; ++i)
        service->enqueue(a_mail("k" + std::to_string(i), "to" + std::to_string(i) + "@example.com"))
            .value();
    std::latch start(workers);
    std::vector<std::future<int>> all;
    for (int i = 0; i < workers; ++i)
        all.push_back(std::async(std::launch::async, [&] {
            const auto mine = worker();
            start.arrive_and_wait();
            int sent = 0;
            while (const int n = mine->run()) sent += n;
            return sent;
        }));
    int sent = 0;
    for (auto& one : all) sent += one.get();
    EXPECT_EQ(sent, mails);
    EXPECT_EQ(mailer.calls().size(), static_cast<std::size_t>(mails));
    EXPECT_EQ(mailer.mails().size(), static_cast<std::size_t>(mails));
    EXPECT_EQ(count(MailState::sent), mails);
}

TEST_P(OutboxWorkerTest, RacingWorkersTakeOneMailOnce) {
    constexpr int rounds = 20, workers = 4;
    for (int round = 0; round < rounds; ++round) {
        service->enqueue(a_mail("k" + std::to_string(round))).value();
        const std::int64_t id = service->list(MailState::waiting, 1, 0).value().mails.at(0).id;
        std::latch start(workers);
        std::vector<std::future<bool>> all;
        for (int i = 0; i < workers; ++i)
            all.push_back(std::async(std::launch::async, [&, i] {
                const auto mine = worker();
                start.arrive_and_wait();
                return i % 2 ? mine->run() >= 0 : mine->deliver(id).has_value();
            }));
        for (auto& one : all) EXPECT_TRUE(one.get());
    }
    EXPECT_EQ(mailer.calls().size(), static_cast<std::size_t>(rounds));
    EXPECT_EQ(count(MailState::sent), rounds);
}

TEST_P(OutboxWorkerTest, DeliversTheMailItWasToldOf) {
    service->enqueue(a_mail("first")).value();
    service->enqueue(a_mail("second")).value();
    const std::int64_t second = service->list(std::nullopt, 1, 0).value().mails.at(0).id;
    const auto one = worker();
    EXPECT_EQ(one->deliver(second)->look_again, std::nullopt);
    EXPECT_EQ(count(MailState::sent), 1);
    EXPECT_EQ(service->list(MailState::sent, 1, 0).value().mails.at(0).id, second);
    EXPECT_EQ(one->deliver(second)->look_again, std::nullopt) << "sent";
    EXPECT_EQ(one->deliver(second + 100)->look_again, std::nullopt) << "unknown";
    EXPECT_EQ(mailer.calls().size(), 1u);
}

TEST_P(OutboxWorkerTest, SaysWhenToLookAgain) {
    service->enqueue(a_mail()).value();
    const std::int64_t id = only().id;
    const auto one = worker();
    refuse(Errc::unavailable);
    const Delivery failed = one->deliver(id).value();
    EXPECT_TRUE(failed.mailer_failed);
    EXPECT_EQ(failed.look_again, only().due_at);
    refuse(Errc::too_many_requests, 2h);
    clock.advance(1h);
    EXPECT_GE(*one->deliver(id)->look_again, clock.now() + 2h);
    EXPECT_EQ(one->quiet_for(), 2h);
    EXPECT_EQ(one->deliver(id)->look_again, only().due_at) << "not due";
    EXPECT_EQ(mailer.calls().size(), 2u);
    refuse(Errc::unprocessable);
    clock.advance(3h);
    const Delivery refused = one->deliver(id).value();
    EXPECT_FALSE(refused.mailer_failed);
    EXPECT_EQ(refused.look_again, std::nullopt);
    EXPECT_EQ(only().state, MailState::dead);
}

TEST_P(OutboxWorkerTest, LeavesAloneWhatIsNotOverdue) {
    service->enqueue(a_mail()).value();
    const auto one = worker();
    clock.advance(1min - 1ms);
    EXPECT_EQ(one->run(1min), 0);
    clock.advance(1ms);
    EXPECT_EQ(one->run(1min), 1);
}

TEST_P(OutboxWorkerTest, CountsWhatBecomesOfAttempts) {
    service->enqueue(a_mail("sent")).value();
    worker()->run();
    refuse(Errc::unavailable);
    service->enqueue(a_mail("later")).value();
    worker()->run();
    clock.advance(1h);
    refuse(Errc::unprocessable);
    worker()->run();
    for (const char* outcome : {"sent", "failed", "dead"})
        EXPECT_EQ(metrics.value("kitchen_outbox_attempts_total{outcome=\"" + std::string(outcome) +
                                "\"}"),
                  1)
            << outcome;
}

TEST_P(OutboxWorkerTest, StopsAfterTheMailInHand) {
    for (int i = 0; i < 3; ++i) service->enqueue(a_mail("k" + std::to_string(i))).value();
    const auto one = worker();
    mailer.on_send = [&](const Mail&) {
        one->stop();
        return Status();
    };
    EXPECT_EQ(one->run(), 1);
    EXPECT_EQ(count(MailState::sent), 1);
    EXPECT_EQ(one->run(), 0);
}

TEST_P(OutboxWorkerTest, TheLogTellsNothingOfTheMail) {
    service->enqueue(a_mail()).value();
    refuse(Errc::unavailable);
    worker()->run();
    clock.advance(1h);
    refuse(Errc::unprocessable);
    worker()->run();
    EXPECT_TRUE(log.contains("refused for good"));
    for (const char* secret : {"ada@", "Jollof", "Your order"})
        EXPECT_FALSE(log.contains(secret)) << secret;
}

TEST_P(OutboxWorkerTest, AnUnwrittenMailIsWrittenWhenItIsSent) {
    service->add_writer("orders", writer);
    enqueue_unwritten("order/7/1");
    refuse(Errc::unavailable);
    worker()->run();
    EXPECT_EQ(only().subject, "About order/7/1");
    EXPECT_EQ(body_of(only().id), "");
    clock.advance(1h);
    accept();
    worker()->run();
    ASSERT_EQ(mailer.calls().size(), 2u);
    for (const Mail& call : mailer.calls()) {
        EXPECT_EQ(call.to, "ada@example.com");
        EXPECT_EQ(call.subject, "About order/7/1");
        EXPECT_EQ(call.text, "About order/7/1\n");
        EXPECT_EQ(call.html, "<p>About order/7/1</p>");
        EXPECT_EQ(call.idempotency_key, mailer.calls()[0].idempotency_key);
    }
    EXPECT_EQ(only().state, MailState::sent);
    EXPECT_EQ(only().subject, "About order/7/1");
}

TEST_P(OutboxWorkerTest, WhatCannotBeWrittenYetWaitsAndHoldsUpNoOthers) {
    service->add_writer("orders", writer);
    writer.on_write = [](std::string_view) {
        return Status(Error(Errc::unavailable, "order_behind", "Not yet."));
    };
    for (int i = 0; i < 10; ++i) enqueue_unwritten("order/7/" + std::to_string(i));
    service->enqueue(a_mail("another")).value();
    EXPECT_EQ(worker()->run(), 11);
    EXPECT_EQ(mailer.mails().size(), 1u);
    EXPECT_EQ(service->list(MailState::waiting, 10, 0).value().mails.at(0).last_error,
              "order_behind");
    writer.on_write = [](std::string_view) { return Status(); };
    clock.advance(1h);
    worker()->run();
    EXPECT_EQ(mailer.mails().size(), 11u);
}

TEST_P(OutboxWorkerTest, WhatCanNeverBeWrittenIsDeadAtOnce) {
    service->add_writer("orders", writer);
    writer.on_write = [](std::string_view) {
        return Status(Error(Errc::unprocessable, "order_mail_unknown", "Never."));
    };
    enqueue_unwritten("order/x");
    worker()->run();
    EXPECT_EQ(only().state, MailState::dead);
    EXPECT_EQ(only().last_error, "order_mail_unknown");
    EXPECT_EQ(mailer.calls().size(), 0u);
}

TEST_P(OutboxWorkerTest, AMailWaitsForAPluginThatIsSwitchedOff) {
    service->add_writer("orders", writer);
    enqueue_unwritten("order/7/1");
    const MailWriters none;
    OutboxWorker(*store, mailer, clock, random, log, metrics, tracing, *repository, none, {}).run();
    EXPECT_EQ(only().state, MailState::waiting);
    EXPECT_EQ(only().last_error, "mail_writer_missing (orders)");
    clock.advance(1h);
    worker()->run();
    EXPECT_EQ(mailer.mails().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Stores, OutboxWorkerTest, all_stores, store_name);

}  // namespace
}  // namespace kitchen::outbox
