// The contract of queue/1 as tests.
#include "kitchen/testkit/conformance.h"

#include <algorithm>
#include <future>
#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace kitchen::testkit {

using namespace std::chrono_literals;
using namespace std::string_literals;

void PrintTo(const QueueFactory& factory, std::ostream* out) { *out << factory.name; }

// A test that links the testkit for something else needs no backend.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(QueueConformance);

void QueueConformance::SetUp() { queue = GetParam().make(); }

namespace {

constexpr QueueReceive at_once{10, 0s, 30s};
constexpr QueueReceive patient{10, 20s, 30s};

std::vector<QueueMessage> receive(Queue& queue, const QueueReceive& wanted = patient) {
    return queue.receive(wanted, {}).value();
}

/// The one that is there; receiving gives fewer than there are, as it likes.
QueueMessage the_one(Queue& queue, QueueReceive wanted = patient) {
    wanted.most = 1;
    const std::vector<QueueMessage> messages = receive(queue, wanted);
    if (messages.size() != 1)
        throw std::runtime_error(std::to_string(messages.size()) + " messages instead of one");
    return messages[0];
}

/// Receives and removes until so many different bodies have come.
std::multiset<std::string> drain(Queue& queue, std::size_t count) {
    std::multiset<std::string> bodies;
    for (int round = 0; round < 1000 && bodies.size() < count; ++round)
        for (const QueueMessage& message : receive(queue)) {
            bodies.insert(message.body);
            queue.remove(message.receipt).value();
        }
    return bodies;
}

}  // namespace

TEST_P(QueueConformance, WhatIsSentIsReceived) {
    queue->send("hello").value();
    const QueueMessage message = the_one(*queue);
    EXPECT_EQ(message.body, "hello");
    EXPECT_FALSE(message.receipt.empty());
    EXPECT_EQ(message.received, 1);
    queue->remove(message.receipt).value();
    GetParam().advance(31s);
    EXPECT_TRUE(receive(*queue, at_once).empty());
}

TEST_P(QueueConformance, NothingIsThere) { EXPECT_TRUE(receive(*queue, at_once).empty()); }

TEST_P(QueueConformance, BodiesArriveAsTheyWere) {
    const std::vector<std::string> bodies = {"{\"mail\":7}",
                                             "a\tb\nc\r\n",
                                             "\"\\ <&> %2B + =",
                                             "Ẹ kú àbọ̀ 🍚",
                                             std::string(Queue::longest_body, 'x'),
                                             std::string(Queue::longest_body, '"'),
                                             " "};
    for (const std::string& body : bodies) {
        queue->send(body).value();
        const QueueMessage message = the_one(*queue);
        EXPECT_TRUE(message.body == body) << body.substr(0, 40);
        queue->remove(message.receipt).value();
    }
}

TEST_P(QueueConformance, OtherBodiesAreRefused) {
    for (const std::string& body : {""s, std::string(Queue::longest_body + 1, 'x'), "\0"s, "a\x01"s,
                                    "\xff"s, "\xed\xa0\x80"s, "\xef\xbf\xbe"s}) {
        const Status refused = queue->send(body);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, Errc::unprocessable);
        EXPECT_EQ(refused.error().code, "queue_body_refused");
    }
    EXPECT_TRUE(receive(*queue, at_once).empty());
}

TEST_P(QueueConformance, AReceivedMessageIsHiddenAndComesAgain) {
    queue->send("again").value();
    const QueueMessage first = the_one(*queue, {1, 20s, 30s});
    GetParam().advance(29s);
    EXPECT_TRUE(receive(*queue, at_once).empty());
    GetParam().advance(2s);
    const QueueMessage second = the_one(*queue);
    EXPECT_EQ(second.body, "again");
    EXPECT_EQ(second.received, 2);
    EXPECT_NE(second.receipt, first.receipt);
}

TEST_P(QueueConformance, HidingLengthensAndShortens) {
    queue->send("x").value();
    QueueMessage message = the_one(*queue, {1, 20s, 30s});
    queue->hide(message.receipt, 120s).value();
    GetParam().advance(119s);
    EXPECT_TRUE(receive(*queue, at_once).empty());
    GetParam().advance(2s);
    message = the_one(*queue, {1, 20s, 600s});
    queue->hide(message.receipt, 0s).value();
    EXPECT_EQ(the_one(*queue).received, 3);
}

TEST_P(QueueConformance, AStaleReceiptHidesNothing) {
    queue->send("x").value();
    const QueueMessage message = the_one(*queue);
    GetParam().advance(31s);
    const Status late = queue->hide(message.receipt, 600s);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind, Errc::conflict);
    EXPECT_EQ(late.error().code, "queue_receipt_stale");
    const QueueMessage again = the_one(*queue);
    queue->remove(again.receipt).value();
    EXPECT_EQ(queue->hide(again.receipt, 1s).error().code, "queue_receipt_stale");
}

TEST_P(QueueConformance, RemovingTwiceIsASuccess) {
    queue->send("x").value();
    const QueueMessage message = the_one(*queue);
    EXPECT_TRUE(queue->remove(message.receipt));
    EXPECT_TRUE(queue->remove(message.receipt));
}

TEST_P(QueueConformance, ALongPollEndsWithTheFirstMessage) {
    auto waiting = std::async(std::launch::async, [&] { return the_one(*queue); });
    queue->send("there").value();
    EXPECT_EQ(waiting.get().body, "there");
}

TEST_P(QueueConformance, StopEndsALongPoll) {
    std::stop_source stop;
    auto waiting =
        std::async(std::launch::async, [&] { return queue->receive(patient, stop.get_token()); });
    stop.request_stop();
    EXPECT_TRUE(waiting.get().value().empty());
    queue->send("x").value();
    EXPECT_TRUE(queue->receive(patient, stop.get_token()).has_value());
}

TEST_P(QueueConformance, NotMoreThanAskedFor) {
    for (int i = 0; i < 5; ++i) queue->send("x").value();
    EXPECT_EQ(receive(*queue, {1, 20s, 30s}).size(), 1u);
    EXPECT_LE(receive(*queue, {2, 20s, 30s}).size(), 2u);
}

TEST_P(QueueConformance, EachMessageGoesToOneOfMany) {
    constexpr int messages = 100, receivers = 4;
    for (int i = 0; i < messages; ++i) queue->send("m" + std::to_string(i)).value();
    std::vector<std::future<std::vector<std::string>>> running;
    for (int i = 0; i < receivers; ++i)
        running.push_back(std::async(std::launch::async, [&] {
            std::vector<std::string> mine;
            for (auto got = receive(*queue, at_once); !got.empty(); got = receive(*queue, at_once))
                for (const QueueMessage& message : got) {
                    mine.push_back(message.body);
                    queue->remove(message.receipt).value();
                }
            return mine;
        }));
    std::multiset<std::string> all;
    for (auto& one : running)
        for (std::string& body : one.get()) all.insert(std::move(body));
    EXPECT_EQ(all.size(), static_cast<std::size_t>(messages));
    EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(),
              static_cast<std::size_t>(messages));
}

TEST_P(QueueConformance, ManySendAtOnce) {
    std::vector<std::future<bool>> sending;
    for (int i = 0; i < 20; ++i)
        sending.push_back(std::async(std::launch::async, [this, i] {
            return queue->send("m" + std::to_string(i)).has_value();
        }));
    for (auto& one : sending) EXPECT_TRUE(one.get());
    EXPECT_EQ(drain(*queue, 20).size(), 20u);
}

}  // namespace kitchen::testkit
