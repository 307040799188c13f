#include <future>
#include <limits>
#include <latch>

#include "outbox_fixture.h"

namespace kitchen::outbox {
namespace {

using namespace std::chrono_literals;

class OutboxWorkerTest : public OutboxTest {
protected:
    OpenChannel& mails() { return *channels.find("mail"); }
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
    enqueue(a_mail()).value();
    EXPECT_EQ(run(), 1);
    ASSERT_EQ(mailer.mails().size(), 1u);
    const Mail sent = mailer.mails()[0];
    EXPECT_EQ(sent.to, "ada@example.com");
    EXPECT_EQ(sent.subject, "Your order 7");
    EXPECT_EQ(sent.text, "Jollof rice\n");
    EXPECT_EQ(sent.idempotency_key.size(), 32u)
        << "not the caller's: another installation may have the same";
    const StoredDelivery mail = only();
    EXPECT_EQ(mail.state, DeliveryState::sent);
    EXPECT_EQ(mail.sent_at, clock.now());
    EXPECT_EQ(mail.attempts, 1);
    EXPECT_EQ(mail.due_at, std::nullopt);
    EXPECT_EQ(payload_of(mail.id), "");
    EXPECT_EQ(run(), 0);
}

TEST_P(OutboxWorkerTest, WaitsBetweenAttemptsAndKeepsTheKey) {
    enqueue(a_mail()).value();
    refuse(Errc::unavailable);
    WorkerSettings settings;
    settings.backoff = {10s, 1h};
    for (int attempt = 1; attempt <= 5; ++attempt) {
        EXPECT_EQ(run("mail", settings), 1) << attempt;
        const StoredDelivery mail = only();
        EXPECT_EQ(mail.state, DeliveryState::waiting);
        EXPECT_EQ(mail.attempts, attempt);
        EXPECT_EQ(mail.last_error, "mail_service_failed (503)");
        const auto wait = *mail.due_at - clock.now();
        EXPECT_LE(wait, 10s * (1 << (attempt - 1)));
        clock.advance(wait - 1ms);
        EXPECT_EQ(run("mail", settings), 0) << "not yet";
        clock.advance(1ms);
    }
    accept();
    run("mail", settings);
    EXPECT_EQ(only().state, DeliveryState::sent);
    EXPECT_EQ(only().last_error, "");
    for (const Mail& call : mailer.calls())
        EXPECT_EQ(call.idempotency_key, mailer.calls()[0].idempotency_key);
}

TEST_P(OutboxWorkerTest, RetryAfterIsObeyed) {
    enqueue(a_mail()).value();
    refuse(Errc::unavailable, 2h);
    run();
    EXPECT_GE(*only().due_at - clock.now(), 2h);
    refuse(Errc::unavailable, std::chrono::seconds(std::numeric_limits<std::int64_t>::max() / 2));
    clock.advance(2h);
    run();
    EXPECT_EQ(*only().due_at - clock.now(), 24h) << "a stranger's wish has a limit";
}

TEST_P(OutboxWorkerTest, TooManyRequestsQuietTheWorker) {
    for (int i = 0; i < 3; ++i) enqueue(a_mail("k" + std::to_string(i))).value();
    refuse(Errc::too_many_requests, 7s);
    const auto one = worker();
    EXPECT_EQ(one->run(mails()), 1);
    accept();
    EXPECT_EQ(one->run(mails()), 0);
    clock.advance(7s - 1ms);
    EXPECT_EQ(one->run(mails()), 0);
    clock.advance(1ms);
    EXPECT_GE(one->run(mails()), 2);
}

TEST_P(OutboxWorkerTest, AMailerThatIsAwayIsLeftAlone) {
    for (int i = 0; i < 10; ++i) enqueue(a_mail("k" + std::to_string(i))).value();
    refuse(Errc::unavailable);
    EXPECT_EQ(run(), Channels::failures_in_a_row);
    EXPECT_EQ(mailer.calls().size(), 3u);
    // A recipient that is refused for now does not hold up the others.
    mailer.on_send = [n = 0](const Mail&) mutable {
        return ++n % 3 == 0 ? Status() : Status(Error(Errc::unavailable, "greylisted", "Later."));
    };
    EXPECT_EQ(run(), 7);
    EXPECT_EQ(mailer.mails().size(), 2u);
}

TEST_P(OutboxWorkerTest, ARefusedMailIsDeadAtOnceAndCanBeRetried) {
    enqueue(a_mail()).value();
    refuse(Errc::unprocessable);
    run();
    StoredDelivery mail = only();
    EXPECT_EQ(mail.state, DeliveryState::dead);
    EXPECT_EQ(mail.attempts, 1);
    EXPECT_EQ(mail.last_error, "mail_service_failed (503)");
    clock.advance(24h);
    EXPECT_EQ(run(), 0);

    mail = service->retry(mail.id).value();
    EXPECT_EQ(mail.state, DeliveryState::waiting);
    EXPECT_EQ(mail.attempts, 0);
    accept();
    EXPECT_EQ(run(), 1);
    EXPECT_EQ(only().state, DeliveryState::sent);
    EXPECT_EQ(mailer.mails().at(0).text, "Jollof rice\n");
}

TEST_P(OutboxWorkerTest, TooManyAttemptsMakeADeadLetter) {
    enqueue(a_mail()).value();
    refuse(Errc::unavailable);
    WorkerSettings settings;
    settings.max_attempts = 3;
    for (int i = 0; i < 10; ++i) {
        run("mail", settings);
        clock.advance(1h);
    }
    EXPECT_EQ(mailer.calls().size(), 3u);
    EXPECT_EQ(only().state, DeliveryState::dead);
}

struct Killed {};

// The process dies after the service has said yes and before that is noted.
TEST_P(OutboxWorkerTest, ACrashBetweenSendAndMarkIsOneMail) {
    enqueue(a_mail()).value();
    mailer.after_taking = [] { throw Killed(); };
    EXPECT_THROW(run(), Killed);
    mailer.after_taking = [] {};
    EXPECT_EQ(only().state, DeliveryState::waiting);
    EXPECT_EQ(run(), 0) << "the lease has not ended";
    clock.advance(WorkerSettings().lease);
    EXPECT_EQ(run(), 1);
    EXPECT_EQ(only().state, DeliveryState::sent);
    EXPECT_EQ(mailer.calls().size(), 2u);
    EXPECT_EQ(mailer.mails().size(), 1u);
}

TEST_P(OutboxWorkerTest, AMailThatKillsItsWorkerIsDead) {
    enqueue(a_mail()).value();
    mailer.on_send = [](const Mail&) -> Status { throw Killed(); };
    WorkerSettings settings;
    settings.max_attempts = 3;
    for (int i = 0; i < 3; ++i) {
        EXPECT_THROW(run("mail", settings), Killed);
        clock.advance(settings.lease);
    }
    EXPECT_EQ(run("mail", settings), 1);
    EXPECT_EQ(mailer.calls().size(), 3u);
    EXPECT_EQ(only().state, DeliveryState::dead);
    EXPECT_EQ(only().last_error, "attempts_exhausted");
}

// The first worker is so slow that its lease ends, and a second one takes over.
TEST_P(OutboxWorkerTest, WhoLostTheLeaseNotesNothing) {
    enqueue(a_mail()).value();
    bool first = true;
    mailer.on_send = [&](const Mail&) -> Status {
        if (!first) return {};
        first = false;
        clock.advance(WorkerSettings().lease);
        EXPECT_EQ(run(), 1);
        EXPECT_EQ(only().state, DeliveryState::sent);
        return Error(Errc::unprocessable, "late", "The slow one's answer.");
    };
    run();
    EXPECT_EQ(only().state, DeliveryState::sent) << "the slow one has buried what another has sent";
    EXPECT_TRUE(log.contains("another worker has it"));
    EXPECT_EQ(mailer.mails().size(), 1u);
}

TEST_P(OutboxWorkerTest, RacingWorkersSendEachMailOnce) {
    constexpr int all_mails = 120, workers = 4;
    for (int i = 0; i < all_mails; ++i)
        enqueue(a_mail("k" + std::to_string(i), "to" + std::to_string(i) + "@example.com")).value();
    std::latch start(workers);
    std::vector<std::future<int>> all;
    for (int i = 0; i < workers; ++i)
        all.push_back(std::async(std::launch::async, [&] {
            const auto mine = worker();
            start.arrive_and_wait();
            int sent = 0;
            while (const int n = mine->run(mails())) sent += n;
            return sent;
        }));
    int sent = 0;
    for (auto& one : all) sent += one.get();
    EXPECT_EQ(sent, all_mails);
    EXPECT_EQ(mailer.calls().size(), static_cast<std::size_t>(all_mails));
    EXPECT_EQ(mailer.mails().size(), static_cast<std::size_t>(all_mails));
    EXPECT_EQ(count(DeliveryState::sent), all_mails);
}

TEST_P(OutboxWorkerTest, RacingWorkersTakeOneMailOnce) {
    constexpr int rounds = 20, workers = 4;
    for (int round = 0; round < rounds; ++round) {
        enqueue(a_mail("k" + std::to_string(round))).value();
        const std::int64_t id = newest();
        std::latch start(workers);
        std::vector<std::future<bool>> all;
        for (int i = 0; i < workers; ++i)
            all.push_back(std::async(std::launch::async, [&, i] {
                const auto mine = worker();
                start.arrive_and_wait();
                return i % 2 ? mine->run(mails()) >= 0 : mine->deliver(channels, id).has_value();
            }));
        for (auto& one : all) EXPECT_TRUE(one.get());
    }
    EXPECT_EQ(mailer.calls().size(), static_cast<std::size_t>(rounds));
    EXPECT_EQ(count(DeliveryState::sent), rounds);
}

TEST_P(OutboxWorkerTest, DeliversTheMailItWasToldOf) {
    enqueue(a_mail("first")).value();
    enqueue(a_mail("second")).value();
    const std::int64_t second = newest();
    const auto one = worker();
    EXPECT_FALSE(one->deliver(channels, second).value());
    EXPECT_EQ(count(DeliveryState::sent), 1);
    EXPECT_EQ(service->list({"", DeliveryState::sent}, 1, 0).value().deliveries.at(0).id, second);
    EXPECT_FALSE(one->deliver(channels, second).value()) << "sent";
    EXPECT_FALSE(one->deliver(channels, second + 100).value()) << "unknown";
    EXPECT_EQ(mailer.calls().size(), 1u);
}

TEST_P(OutboxWorkerTest, SaysWhenToLookAgain) {
    enqueue(a_mail()).value();
    const std::int64_t id = only().id;
    const auto one = worker();
    refuse(Errc::unavailable);
    const auto later = one->deliver(channels, id).value();
    EXPECT_EQ(later, only().due_at);
    refuse(Errc::too_many_requests, 2h);
    clock.advance(1h);
    EXPECT_GE(*one->deliver(channels, id).value(), clock.now() + 2h);
    EXPECT_EQ(mails().quiet_for(), 2h);
    EXPECT_GE(one->deliver(channels, id).value(), only().due_at) << "not due, and quiet";
    EXPECT_EQ(mailer.calls().size(), 2u);
    refuse(Errc::unprocessable);
    clock.advance(3h);
    EXPECT_FALSE(one->deliver(channels, id).value());
    EXPECT_EQ(only().state, DeliveryState::dead);
}

TEST_P(OutboxWorkerTest, LeavesAloneWhatIsNotOverdue) {
    enqueue(a_mail()).value();
    const auto one = worker();
    clock.advance(1min - 1ms);
    EXPECT_EQ(one->run(mails(), 1min), 0);
    clock.advance(1ms);
    EXPECT_EQ(one->run(mails(), 1min), 1);
}

TEST_P(OutboxWorkerTest, CountsWhatBecomesOfAttempts) {
    enqueue(a_mail("sent")).value();
    run();
    refuse(Errc::unavailable);
    enqueue(a_mail("later")).value();
    run();
    clock.advance(1h);
    refuse(Errc::unprocessable);
    run();
    for (const char* outcome : {"sent", "failed", "dead"})
        EXPECT_EQ(metrics.value("kitchen_outbox_attempts_total{channel=\"mail\",outcome=\"" +
                                std::string(outcome) + "\"}"),
                  1)
            << outcome;
}

TEST_P(OutboxWorkerTest, StopsAfterTheMailInHand) {
    for (int i = 0; i < 3; ++i) enqueue(a_mail("k" + std::to_string(i))).value();
    const auto one = worker();
    mailer.on_send = [&](const Mail&) {
        one->stop();
        return Status();
    };
    EXPECT_EQ(one->run(mails()), 1);
    EXPECT_EQ(count(DeliveryState::sent), 1);
    EXPECT_EQ(one->run(mails()), 0);
}

TEST_P(OutboxWorkerTest, TheLogTellsNothingOfTheMail) {
    enqueue(a_mail()).value();
    refuse(Errc::unavailable);
    run();
    clock.advance(1h);
    refuse(Errc::unprocessable);
    run();
    EXPECT_TRUE(log.contains("refused for good"));
    for (const char* secret : {"ada@", "Jollof", "Your order"})
        EXPECT_FALSE(log.contains(secret)) << secret;
}

class OutboxChannels : public OutboxTest {
protected:
    OutboxChannels() {
        service->add_channel(printer, "printer/bar",
                             {[this](const Outgoing& slip) {
                                  slips.push_back(slip);
                                  return on_print(slip);
                              },
                              true});
    }

    testkit::RecordingSetup printer{"printer"};
    std::vector<Outgoing> slips;
    std::function<Status(const Outgoing&)> on_print = [](const Outgoing&) { return Status(); };
};

TEST_P(OutboxChannels, GetWhatWasPutIn) {
    enqueue("printer/bar", {"order/7", "bar", "Order 7", "2 x Zobo"}).value();
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(run("printer/bar"), 1);
    ASSERT_EQ(slips.size(), 1u);
    EXPECT_EQ(slips[0].key, "order/7");
    EXPECT_EQ(slips[0].to, "bar");
    EXPECT_EQ(slips[0].subject, "Order 7");
    EXPECT_EQ(slips[0].payload, "2 x Zobo");
    EXPECT_EQ(slips[0].id.size(), 32u);
    EXPECT_EQ(slips[0].attempt, 1);
    EXPECT_EQ(slips[0].created_at, clock.now());
}

TEST_P(OutboxChannels, OneThatFailsHoldsUpNoOther) {
    on_print = [](const Outgoing&) -> Status {
        return Error(Errc::unavailable, "no_paper", "Later.");
    };
    for (int i = 0; i < 5; ++i)
        enqueue("printer/bar", {"order/" + std::to_string(i), "bar", "", "x"}).value();
    enqueue(a_mail()).value();
    const auto one = worker();
    EXPECT_EQ(one->run(*channels.find("printer/bar")), 3);
    EXPECT_EQ(one->run(*channels.find("printer/bar")), 0) << "left alone";
    EXPECT_EQ(channels.find("printer/bar")->quiet_for(), 10s);
    EXPECT_EQ(channels.quiet_for(), 0s);
    EXPECT_EQ(one->run(*channels.find("mail")), 1);
    clock.advance(10s);
    EXPECT_GE(one->run(*channels.find("printer/bar")), 2);
}

TEST_P(OutboxChannels, OneThatThrowsIsNamed) {
    on_print = [](const Outgoing&) -> Status { throw std::runtime_error("paper jam"); };
    enqueue("printer/bar", {"order/7", "bar", "", "x"}).value();
    run("printer/bar");
    EXPECT_EQ(only().state, DeliveryState::waiting);
    EXPECT_EQ(only().last_error, "plugin_failed");
}

TEST_P(OutboxChannels, WhatIsKeptMayBeSentOnceMore) {
    enqueue("printer/bar", {"order/7", "bar", "", "2 x Zobo"}).value();
    run("printer/bar");
    EXPECT_EQ(payload_of(only().id), "2 x Zobo");
    EXPECT_EQ(service->retry(only().id).value().state, DeliveryState::waiting);
    run("printer/bar");
    ASSERT_EQ(slips.size(), 2u);
    EXPECT_EQ(slips[0].id, slips[1].id);
}

TEST_P(OutboxChannels, AllDeadOnesOfOneAreRetried) {
    on_print = [](const Outgoing&) -> Status {
        return Error(Errc::unprocessable, "no_ink", "Never.");
    };
    mailer.on_send = [](const Mail&) { return Status(Error(Errc::unprocessable, "no", "No.")); };
    for (int i = 0; i < 1100; ++i)
        enqueue("printer/bar", {"order/" + std::to_string(i), "bar", "", "x"}).value();
    enqueue(a_mail()).value();
    WorkerSettings settings;
    settings.sent_per_run = 10'000;
    run("printer/bar", settings);
    run();
    EXPECT_EQ(count(DeliveryState::dead), 1101);
    EXPECT_EQ(service->retry_dead("printer/bar").value(), 1100);
    EXPECT_EQ(count(DeliveryState::dead), 1);
}

TEST_P(OutboxChannels, AStopIsNoAttempt) {
    on_print = [](const Outgoing&) -> Status { return Error(Errc::busy, "stopping", "Not now."); };
    enqueue("printer/bar", {"order/7", "bar", "", "x"}).value();
    WorkerSettings settings;
    settings.max_attempts = 1;
    for (int i = 0; i < 5; ++i) {
        run("printer/bar", settings);
        EXPECT_EQ(only().state, DeliveryState::waiting);
        EXPECT_EQ(only().attempts, 0);
        clock.advance(1h);
    }
    on_print = [](const Outgoing&) { return Status(); };
    run("printer/bar", settings);
    EXPECT_EQ(only().state, DeliveryState::sent);
}

TEST_P(OutboxChannels, WaitForAPluginThatIsOff) {
    enqueue("printer/bar", {"order/7", "bar", "", "x"}).value();
    const std::int64_t id = only().id;
    const Channels none(clock, metrics, 10s);
    EXPECT_FALSE(worker()->deliver(none, id).value());
    EXPECT_EQ(only().state, DeliveryState::waiting);
    EXPECT_EQ(only().attempts, 0);
    clock.advance(1h);
    EXPECT_FALSE(service->check());
    Channels mail_only(clock, metrics, 10s);
    EXPECT_TRUE(OutboxService(*store, clock, random, tracing, *repository, mail_only).check());
    run("printer/bar");
    EXPECT_EQ(slips.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Stores, OutboxChannels, all_stores, store_name);
INSTANTIATE_TEST_SUITE_P(Stores, OutboxWorkerTest, all_stores, store_name);

}  // namespace
}  // namespace kitchen::outbox
