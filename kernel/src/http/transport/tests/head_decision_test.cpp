// What is decided when the head has been read: limits, refusals, 100 (Continue), and what comes
// back with the request.
#include "transport_fixture.h"

namespace kitchen::http {
namespace {

class HeadDecisionTest : public TransportTest {};

TEST_F(HeadDecisionTest, TheRefusedUploadIsReadSoThatTheResponseArrives) {
    handler_.head = [](const Request&) { return limited_to(1000); };
    Client client(start());
    // More than the socket buffers hold: without lingering, closing resets this connection and the
    // answer is lost.
    ASSERT_TRUE(client.send(post("/", std::string(4 * 1024 * 1024, 'x'))));
    EXPECT_EQ(client.status(), 413);
    EXPECT_TRUE(client.ends());
}

TEST_F(HeadDecisionTest, ContinueIsSentWhenTheBodyIsAwaited) {
    Client client(start());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    EXPECT_EQ(client.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    EXPECT_EQ(client.body(), "POST / abc");
}

TEST_F(HeadDecisionTest, ContinueIsNotSentWhenTheBodyIsThereOrRefused) {
    handler_.head = [](const Request& request) {
        HeadDecision decision = limited_to(10);
        if (request.target == "/refused") decision.refusal = text("no", 403);
        return decision;
    };
    Client there(start());
    there.send(
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc");
    EXPECT_EQ(there.body(), "POST / abc");
    there.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\na");
    there.send("bc");
    EXPECT_EQ(there.body(), "POST / abc");
    Client large(port_);
    large.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
    EXPECT_EQ(large.status(), 413);
    EXPECT_TRUE(large.ends());
    Client refused(port_);
    refused.send(
        "POST /refused HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    EXPECT_EQ(refused.status(), 403);
    EXPECT_TRUE(refused.ends());
}

TEST_F(HeadDecisionTest, RefusalWithoutABodyKeepsTheConnection) {
    handler_.head = [](const Request& request) {
        HeadDecision decision;
        if (request.target == "/refused") decision.refusal = text("no", 401);
        return decision;
    };
    Client client(start());
    client.get("/refused");
    EXPECT_EQ(client.status(), 401);
    client.get("/fine");
    EXPECT_EQ(client.body(), "GET /fine ");
}

/// Notes what it decides, and expects it back with the same request.
class DecidingHandler final : public TestHandler {
public:
    std::unique_ptr<HeadDecision> on_head(Request& request_head) override {
        auto decision = TestHandler::on_head(request_head);
        request_head.path = "/decided";
        head_ = &request_head;
        decision_ = decision.get();
        return decision;
    }
    void on_request(std::unique_ptr<Request> r, std::unique_ptr<HeadDecision> decision,
                    std::shared_ptr<Exchange> exchange) override {
        const bool same = r.get() == head_ && decision.get() == decision_;
        exchange->reply(text((same ? "same " : "other ") + r->path + " " + r->body));
    }

private:
    const Request* head_ = nullptr;
    const HeadDecision* decision_ = nullptr;
};

TEST_F(HeadDecisionTest, WhatWasDecidedOnTheHeadComesBackWithTheRequest) {
    DecidingHandler handler;
    transport_ = std::make_unique<PolledTransport>(options_, handler);
    transport_->start();
    Client client(transport_->port());
    client.send(post("/1", "one") + post("/2", "two"));
    EXPECT_EQ(client.body(), "same /decided one");
    EXPECT_EQ(client.body(), "same /decided two");
    transport_->stop();
}

}  // namespace
}  // namespace kitchen::http
