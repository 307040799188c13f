#include "sqs_queue.h"

#include <gtest/gtest.h>

#include <future>

#include "kitchen/testkit/fakes.h"
#include "sqs_double.h"

namespace kitchen::sqs {
namespace {

using namespace std::chrono_literals;
using tests::SqsDouble;

class SqsQueueTest : public testing::Test {
protected:
    Options options() const {
        Options good;
        good.queue_url = service.queue_url();
        good.region = "us-east-1";
        good.access_key_id = SqsDouble::key_id;
        good.secret_access_key = SqsDouble::secret;
        good.retry_wait = 1ms;
        return good;
    }
    std::unique_ptr<SqsQueue> queue_of(Options wanted) {
        return std::make_unique<SqsQueue>(std::move(wanted), random, log);
    }
    static std::vector<QueueMessage> receive(SqsQueue& queue) {
        return queue.receive({10, 20s, 30s}, {}).value();
    }

    SqsDouble service;
    testkit::SeededRandom random;
    testkit::RecordingLogger log;
    std::unique_ptr<SqsQueue> queue = queue_of(options());
};

TEST_F(SqsQueueTest, TheEndpointMayBeElsewhere) {
    Options other = options();
    other.queue_url = "https://sqs.us-east-1.amazonaws.com/123456789012/mails";
    other.region.clear();
    other.endpoint = service.endpoint() + "/";
    queue_of(other)->send("hello").value();
    EXPECT_EQ(receive(*queue).at(0).body, "hello");
}

TEST_F(SqsQueueTest, WrongKeysAreToldAndNotShown) {
    const auto code_with = [&](auto change) {
        Options wrong = options();
        change(wrong);
        const auto used = queue_of(wrong);
        const Status refused = used->send("x");
        EXPECT_EQ(refused.error().kind, Errc::unavailable);
        EXPECT_EQ(used->check().error().code, refused.error().code);
        return refused.error().code;
    };
    EXPECT_EQ(code_with([](Options& o) { o.secret_access_key = "not-the-secret"; }),
              "queue_signature_refused");
    EXPECT_EQ(code_with([](Options& o) { o.access_key_id = "AKIDOTHER"; }), "queue_key_refused");
    EXPECT_EQ(code_with([](Options& o) { o.region = "eu-west-1"; }), "queue_signature_refused");
    EXPECT_EQ(code_with([](Options& o) { o.queue_url += "-other"; }), "queue_missing");
    EXPECT_EQ(service.requests("SendMessage"), 4) << "what cannot pass is not tried again";
    EXPECT_TRUE(log.contains("queue_signature_refused"));
    for (const char* hidden : {"not-the-secret", "AKIDOTHER", SqsDouble::secret})
        EXPECT_FALSE(log.contains(hidden)) << hidden;
}

TEST_F(SqsQueueTest, AWrongClockIsTold) {
    for (const auto by : {20min, -20min}) {
        service.skew(by);
        EXPECT_EQ(queue->send("x").error().code, "queue_clock_wrong");
    }
    service.skew(0min);
    EXPECT_TRUE(queue->send("x"));
}

TEST_F(SqsQueueTest, TemporaryKeysCarryTheirToken) {
    SqsDouble guarded({"--token", "FwoGZXIvYXdzEJr//////////wEaDEXAMPLE+/="});
    Options temporary = options();
    temporary.queue_url = guarded.queue_url();
    temporary.session_token = "FwoGZXIvYXdzEJr//////////wEaDEXAMPLE+/=";
    EXPECT_TRUE(queue_of(temporary)->send("x"));
    temporary.session_token = "old-token";
    EXPECT_EQ(queue_of(temporary)->send("x").error().code, "queue_token_expired");
    EXPECT_FALSE(log.contains("old-token"));
}

TEST_F(SqsQueueTest, WhatMayPassIsTriedAgain) {
    service.fail(
        R"([{"action": "SendMessage", "kind": "answer", "status": 500, "type": "InternalFailure"},
                     {"action": "SendMessage", "kind": "answer", "status": 400, "type": "ThrottlingException"}])");
    EXPECT_TRUE(queue->send("x"));
    EXPECT_EQ(service.requests("SendMessage"), 3);
    EXPECT_EQ(service.size(), 1);
}

TEST_F(SqsQueueTest, ThreeTriesAndNoMore) {
    service.fail(
        R"([{"action": "SendMessage", "kind": "answer", "status": 503, "type": "", "count": -1}])");
    const Status refused = queue->send("x");
    EXPECT_EQ(refused.error().code, "queue_failed");
    EXPECT_EQ(refused.error().subject, "503");
    EXPECT_EQ(service.requests("SendMessage"), 3);
    service.fail(
        R"([{"action": "SendMessage", "kind": "answer", "status": 400, "type": "RequestThrottled", "count": -1, "headers": [["Retry-After", "7"]]}])");
    const Status throttled = queue->send("x");
    EXPECT_EQ(throttled.error().kind, Errc::too_many_requests);
    EXPECT_EQ(throttled.error().retry_after, 7s);
}

TEST_F(SqsQueueTest, ALostResponseIsTwoMessagesAtMost) {
    service.fail(R"([{"action": "SendMessage", "kind": "lose_answer"}])");
    EXPECT_TRUE(queue->send("x"));
    EXPECT_EQ(service.size(), 2);
    service.fail(R"([{"action": "DeleteMessage", "kind": "lose_answer"}])");
    EXPECT_TRUE(queue->remove(receive(*queue).at(0).receipt));
    EXPECT_EQ(service.size(), 1);
}

TEST_F(SqsQueueTest, AHangingServiceIsGivenUp) {
    Options impatient = options();
    impatient.connect_timeout = impatient.timeout = 200ms;
    const auto mine = queue_of(impatient);
    service.fail(R"([{"action": "*", "kind": "hang", "count": -1}])");
    EXPECT_EQ(mine->send("x").error().code, "queue_timeout");
    EXPECT_EQ(mine->receive({10, 0s, 30s}, {}).error().code, "queue_timeout");
    EXPECT_FALSE(mine->check());
    service.fail("[]");
    EXPECT_TRUE(mine->send("x"));
    EXPECT_FALSE(mine->check()) << "receiving has not been seen to work";
    EXPECT_EQ(receive(*mine).size(), 1u);
    EXPECT_TRUE(mine->check());
    EXPECT_TRUE(log.contains("can be used again"));
}

// Without the stop it would go on for its whole timeout.
TEST_F(SqsQueueTest, StopEndsALongPollThatHangs) {
    Options patient = options();
    patient.timeout = 2h;
    const auto mine = queue_of(patient);
    service.fail(R"([{"action": "ReceiveMessage", "kind": "hang"}])");
    std::stop_source stop;
    auto waiting = std::async(std::launch::async, [&] {
        return mine->receive({10, 20s, 30s}, stop.get_token());
    });
    service.wait_for_requests("ReceiveMessage", 1);
    stop.request_stop();
    EXPECT_TRUE(waiting.get().value().empty());
    EXPECT_TRUE(mine->check()) << "a stop is no failure";
}

TEST_F(SqsQueueTest, NobodyListens) {
    Options nobody = options();
    nobody.endpoint = "http://127.0.0.1:" + std::to_string(testkit::free_port());
    EXPECT_EQ(queue_of(nobody)->send("x").error().code, "queue_unreachable");
}

TEST_F(SqsQueueTest, ResponsesThatAreNotOfSqs) {
    for (const char* body :
         {"<html>", "[]", "{\\\"Messages\\\": 7}", "{\\\"Messages\\\": [7]}",
          "{\\\"Messages\\\": [{\\\"Body\\\": 7, \\\"ReceiptHandle\\\": \\\"x\\\"}]}",
          "{\\\"Messages\\\": [{\\\"Body\\\": \\\"x\\\"}]}"}) {
        service.fail(std::string(R"([{"action": "ReceiveMessage", "kind": "garbage", "body": ")") +
                     body + "\"}]");
        EXPECT_EQ(queue->receive({10, 0s, 30s}, {}).error().code, "queue_unknown") << body;
    }
}

TEST_F(SqsQueueTest, DepthIsWhatIsThere) {
    for (int i = 0; i < 3; ++i) queue->send("x").value();
    EXPECT_EQ(queue->receive({1, 0s, 30s}, {})->size(), 1u);
    const Depth depth = queue->depth().value();
    EXPECT_EQ(depth.visible, 2);
    EXPECT_EQ(depth.hidden, 1);
}

TEST_F(SqsQueueTest, AMessageMayComeToTwo) {
    queue->send("x").value();
    service.deliver_twice(1);
    EXPECT_EQ(receive(*queue).at(0).received, 1);
    EXPECT_EQ(receive(*queue).at(0).received, 2);
}

TEST_F(SqsQueueTest, OneLineWhenItBeginsAndOneWhenItEnds) {
    service.fail(
        R"([{"action": "ReceiveMessage", "kind": "answer", "status": 500, "type": "InternalFailure", "count": 5}])");
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(queue->receive({10, 0s, 30s}, {}));
    EXPECT_TRUE(queue->receive({10, 0s, 30s}, {}));
    EXPECT_EQ(log.lines().size(), 2u);
}

}  // namespace
}  // namespace kitchen::sqs
