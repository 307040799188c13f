#include "handover.h"

#include "kitchen/testkit/memory_queue.h"
#include "outbox_fixture.h"

namespace kitchen::outbox {
namespace {

using namespace std::chrono_literals;

class HandoverTest : public OutboxTest {
protected:
    HandoverTest() {
        service = make_service([this](std::int64_t id) { handover.note(id); });
    }
    std::vector<std::string> taken() {
        std::vector<std::string> bodies;
        const std::vector<QueueMessage> messages = queue.receive({10, 0s, 30s}, {}).value();
        for (const QueueMessage& message : messages) bodies.push_back(message.body);
        return bodies;
    }

    testkit::MemoryQueue queue{clock};
    Handover handover{queue, clock, log};
};

TEST_P(HandoverTest, TellsOfWhatIsCommittedAndNothingElse) {
    enqueue(a_mail()).value();
    EXPECT_TRUE(handover.run());
    EXPECT_EQ(taken(), std::vector<std::string>{to_message(only().id)});
    EXPECT_TRUE(handover.run());
    EXPECT_EQ(queue.size(), 1u);
}

TEST_P(HandoverTest, NothingWhileTheTransactionIsOpenAndNothingWhenItFails) {
    const Status failed = store->transact([&](Transaction& tx) -> Status {
        service->enqueue(tx, "mail", a_mail()).value();
        EXPECT_TRUE(handover.run());
        EXPECT_EQ(queue.size(), 0u);
        return Error(Errc::conflict, "no", "The cause did not happen.");
    });
    EXPECT_FALSE(failed);
    EXPECT_TRUE(handover.run());
    EXPECT_EQ(queue.size(), 0u);
}

TEST_P(HandoverTest, AKeyThatIsThereAlreadyIsNotNoted) {
    for (int i = 0; i < 2; ++i) enqueue(a_mail()).value();
    EXPECT_TRUE(handover.run());
    EXPECT_EQ(queue.size(), 1u);
}

TEST_P(HandoverTest, AnAdministratorsRetryIsToldOf) {
    enqueue(a_mail()).value();
    EXPECT_TRUE(handover.run());
    mailer.on_send = [](const Mail&) { return Status(Error(Errc::unprocessable, "no", "No.")); };
    run();
    service->retry(only().id).value();
    EXPECT_TRUE(handover.run());
    EXPECT_EQ(queue.size(), 2u);
}

TEST_P(HandoverTest, MoreThanItKeepsAreLeftForTheTable) {
    for (std::size_t i = 0; i < Handover::most_noted + 10; ++i) handover.note(7);
    EXPECT_TRUE(handover.run());
    EXPECT_EQ(queue.size(), Handover::most_noted);
}

TEST_P(HandoverTest, AQueueThatIsAwayIsLeftAloneForAWhile) {
    queue.fail_with(Error(Errc::unavailable, "queue_away", "Later."));
    enqueue(a_mail("first")).value();
    EXPECT_FALSE(handover.run());
    queue.fail_with(std::nullopt);
    enqueue(a_mail("second")).value();
    EXPECT_FALSE(handover.run()) << "it is not asked";
    clock.advance(Handover::queue_left_alone);
    enqueue(a_mail("third")).value();
    EXPECT_TRUE(handover.run());
    EXPECT_EQ(queue.size(), 1u);
}

TEST_P(HandoverTest, SaysNothingOfTheMail) {
    enqueue(a_mail()).value();
    EXPECT_TRUE(handover.run());
    EXPECT_EQ(taken().at(0), "{\"delivery\":" + std::to_string(only().id) + "}");
}

INSTANTIATE_TEST_SUITE_P(Stores, HandoverTest, all_stores, store_name);

TEST(MailMessage, OthersAreNoneOfOurs) {
    EXPECT_EQ(parse_message(to_message(7)), 7);
    EXPECT_EQ(parse_message(R"({"delivery": 9223372036854775807, "more": []})"),
              9223372036854775807);
    for (const char* body :
         {"", "7", "{}", "[]", "{\"delivery\":0}", "{\"delivery\":-1}", "{\"delivery\":\"7\"}",
          "{\"delivery\":7.5}", "hello", "{\"delivery\":9223372036854775808}"})
        EXPECT_EQ(parse_message(body), std::nullopt) << body;
}

}  // namespace
}  // namespace kitchen::outbox
