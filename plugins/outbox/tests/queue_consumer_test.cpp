#include "queue_consumer.h"

#include "handover.h"
#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/memory_queue.h"
#include "outbox_fixture.h"
#include "queue_transport.h"

namespace kitchen::outbox {
namespace {

using namespace std::chrono_literals;

class QueueConsumerTest : public OutboxTest {
protected:
    std::unique_ptr<QueueConsumer> consumer() {
        return std::make_unique<QueueConsumer>(queue, *sender, channels, clock, random, log,
                                               settings.lease);
    }
    /// Writes a mail and tells the queue of it.
    std::int64_t add(std::string key) {
        enqueue(a_mail(std::move(key))).value();
        const std::int64_t id = newest();
        queue.send(to_message(id)).value();
        return id;
    }
    void refuse(Errc kind, std::optional<std::chrono::seconds> retry_after = std::nullopt) {
        mailer.on_send = [=](const Mail&) {
            Error error(kind, "mail_service_failed", "Later.");
            error.retry_after = retry_after;
            return Status(error);
        };
    }
    void accept() {
        mailer.on_send = [](const Mail&) { return Status(); };
    }

    const std::stop_token never;
    WorkerSettings settings;
    testkit::MemoryQueue queue{clock};
    std::unique_ptr<OutboxWorker> sender = worker(settings);
};

TEST_P(QueueConsumerTest, SendsAndRemoves) {
    add("k");
    EXPECT_EQ(consumer()->receive(0s, never), 0ms);
    EXPECT_EQ(only().state, DeliveryState::sent);
    EXPECT_EQ(queue.size(), 0u);
    EXPECT_EQ(mailer.mails().size(), 1u);
}

TEST_P(QueueConsumerTest, AMessageThatComesTwiceIsOneMail) {
    const std::int64_t id = add("k");
    for (int i = 0; i < 3; ++i) queue.send(to_message(id)).value();
    consumer()->receive(0s, never);
    EXPECT_EQ(mailer.calls().size(), 1u);
    EXPECT_EQ(queue.size(), 0u);
}

// While one sends, another receives a second message of the same mail.
TEST_P(QueueConsumerTest, AMessageThatComesToTwoAtOnceIsOneMail) {
    const std::int64_t id = add("k");
    mailer.on_send = [&](const Mail&) {
        queue.send(to_message(id)).value();
        EXPECT_EQ(consumer()->receive(0s, never), 0ms);
        EXPECT_EQ(queue.visible(), 0u) << "put aside until the lease would end";
        return Status();
    };
    consumer()->receive(0s, never);
    EXPECT_EQ(mailer.calls().size(), 1u);
    EXPECT_EQ(queue.size(), 1u);
    clock.advance(settings.lease);
    consumer()->receive(0s, never);
    EXPECT_EQ(queue.size(), 0u);
    EXPECT_EQ(mailer.calls().size(), 1u);
}

TEST_P(QueueConsumerTest, AFailedMailComesAgainWhenItIsDue) {
    add("k");
    refuse(Errc::unavailable, 90min);
    consumer()->receive(0s, never);
    EXPECT_EQ(queue.size(), 1u);
    EXPECT_EQ(only().due_at, clock.now() + 90min);
    clock.advance(90min - 1s);
    EXPECT_EQ(queue.visible(), 0u);
    accept();
    clock.advance(1s);
    consumer()->receive(0s, never);
    EXPECT_EQ(only().state, DeliveryState::sent);
    EXPECT_EQ(only().attempts, 2);
    EXPECT_EQ(queue.size(), 0u);
}

TEST_P(QueueConsumerTest, ALongWaitIsCutIntoWhatTheQueueAllows) {
    add("k");
    refuse(Errc::unavailable, 24h);
    consumer()->receive(0s, never);
    for (int i = 0; i < 2; ++i) {
        clock.advance(11h);
        consumer()->receive(0s, never);
        EXPECT_EQ(mailer.calls().size(), 1u);
        EXPECT_EQ(queue.size(), 1u);
    }
    accept();
    clock.advance(2h);
    consumer()->receive(0s, never);
    EXPECT_EQ(only().state, DeliveryState::sent);
}

TEST_P(QueueConsumerTest, ADeadLetterLeavesTheQueue) {
    add("k");
    refuse(Errc::unprocessable);
    consumer()->receive(0s, never);
    EXPECT_EQ(only().state, DeliveryState::dead);
    EXPECT_EQ(queue.size(), 0u);
}

struct ConsumerKilled : std::exception {};

TEST_P(QueueConsumerTest, AnotherTakesOverFromOneThatDied) {
    add("k");
    mailer.after_taking = [] { throw ConsumerKilled(); };
    EXPECT_THROW(consumer()->receive(0s, never), ConsumerKilled);
    mailer.after_taking = [] {};
    EXPECT_EQ(consumer()->receive(0s, never), 0ms);
    EXPECT_EQ(mailer.calls().size(), 1u) << "hidden, and leased";
    clock.advance(settings.lease);
    consumer()->receive(0s, never);
    EXPECT_EQ(only().state, DeliveryState::sent);
    EXPECT_EQ(mailer.calls().size(), 2u);
    EXPECT_EQ(mailer.mails().size(), 1u) << "under the same key";
    EXPECT_EQ(queue.size(), 0u);
}

TEST_P(QueueConsumerTest, AMailerThatIsAwayIsLeftAlone) {
    for (int i = 0; i < 6; ++i) add("k" + std::to_string(i));
    refuse(Errc::unavailable);
    EXPECT_EQ(consumer()->receive(0s, never), 10s);
    EXPECT_EQ(mailer.calls().size(), 3u);
    EXPECT_EQ(queue.visible(), 0u);
    EXPECT_EQ(queue.size(), 6u);
    accept();
    clock.advance(1h);
    consumer()->receive(0s, never);
    EXPECT_EQ(count(DeliveryState::sent), 6);
    EXPECT_EQ(queue.size(), 0u);
}

TEST_P(QueueConsumerTest, TooManyRequestsQuietTheConsumer) {
    for (int i = 0; i < 3; ++i) add("k" + std::to_string(i));
    refuse(Errc::too_many_requests, 60s);
    const auto one = consumer();
    EXPECT_EQ(one->receive(0s, never), 60s);
    EXPECT_EQ(one->receive(0s, never), 60s);
    EXPECT_EQ(mailer.calls().size(), 1u);
    accept();
    clock.advance(1h);
    EXPECT_EQ(one->receive(0s, never), 0ms);
    EXPECT_EQ(count(DeliveryState::sent), 3);
}

TEST_P(QueueConsumerTest, AMessageOfSomebodyElseStays) {
    queue.send("hello").value();
    add("k");
    consumer()->receive(0s, never);
    EXPECT_EQ(only().state, DeliveryState::sent);
    EXPECT_EQ(queue.size(), 1u);
    EXPECT_TRUE(log.contains("is not of the outbox"));
    EXPECT_FALSE(log.contains("hello"));
}

TEST_P(QueueConsumerTest, StopFreesWhatWasReceived) {
    for (int i = 0; i < 3; ++i) add("k" + std::to_string(i));
    std::stop_source stop;
    mailer.on_send = [&](const Mail&) {
        stop.request_stop();
        return Status();
    };
    consumer()->receive(0s, stop.get_token());
    EXPECT_EQ(count(DeliveryState::sent), 1);
    EXPECT_EQ(queue.visible(), 2u);
}

TEST_P(QueueConsumerTest, ABrokenQueueIsAskedEverMoreRarely) {
    queue.fail_with(Error(Errc::unavailable, "queue_away", "Later.").retry_in(5s));
    const auto one = consumer();
    for (int i = 0; i < 20; ++i) {
        const auto pause = one->receive(0s, never);
        EXPECT_GE(pause, 5s);
        EXPECT_LE(pause, 60s);
    }
    EXPECT_EQ(log.lines().size(), 1u);
}

TEST_P(QueueConsumerTest, ItsThreadEndsAtOnce) {
    const auto one = consumer();
    one->start();
    one->start();
    add("k");
    ASSERT_TRUE(testkit::wait_until([&] { return count(DeliveryState::sent) == 1; }));
    one->stop();
    one->start();
    enqueue(a_mail("later")).value();
    EXPECT_EQ(count(DeliveryState::waiting), 1);
}

// The whole way, on this thread but for the consumer's.
TEST_P(QueueConsumerTest, TheTransportCarriesMailsAndTheTableSavesThem) {
    QueueTransport transport(queue, clock, random, log, *sender, channels, settings, 1min);
    QueueTransport::Look look;
    const auto run_all = [&] {
        transport.run();
        transport.run(*channels.find("mail"), look);
    };
    service = make_service([&](std::int64_t id) { transport.note(id); });
    enqueue(a_mail("told")).value();
    run_all();
    ASSERT_TRUE(
        testkit::wait_until([&] { return count(DeliveryState::sent) == 1 && queue.size() == 0; }));

    service = make_service();
    enqueue(a_mail("the process died before it told of it")).value();
    run_all();
    EXPECT_EQ(count(DeliveryState::sent), 1);
    clock.advance(1min);
    run_all();
    EXPECT_EQ(count(DeliveryState::sent), 2);

    queue.fail_with(Error(Errc::unavailable, "queue_away", "Later."));
    service = make_service([&](std::int64_t id) { transport.note(id); });
    enqueue(a_mail("while the queue is away")).value();
    run_all();
    EXPECT_EQ(count(DeliveryState::sent), 3) << "at once, by the table";
    transport.stop();
    EXPECT_EQ(mailer.calls().size(), 3u);
}

INSTANTIATE_TEST_SUITE_P(Stores, QueueConsumerTest, all_stores, store_name);

}  // namespace
}  // namespace kitchen::outbox
