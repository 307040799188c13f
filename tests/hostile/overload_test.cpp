// More requests than the pool can answer.
#include <thread>

#include "wire_case.h"

namespace kitchen::tests {
namespace {

using testkit::eventually;

class Overload : public Hostile {
protected:
    explicit Overload(const std::string& timeouts = "timeouts: {request: 1h}")
        : Hostile("threads: 2, queue: 3, " + timeouts + ", limits: {connections_per_address: 0}") {}
    ~Overload() override { release(); }

    std::vector<RawClient> hold(int count) {
        std::vector<RawClient> clients;
        for (int i = 0; i < count; ++i) {
            clients.emplace_back(port());
            clients.back().get("/stove/hold/");
        }
        return clients;
    }
    int holding() {
        RawClient client(port());
        client.get("/stove/", "Connection: close\r\n");
        return static_cast<int>(parse_json(client.body()).value_or(Json())["holding"].as_integer());
    }
    void release() {
        RawClient client(port());
        client.send(request("POST /stove/release/", "Content-Length: 0\r\nConnection: close\r\n"));
        EXPECT_EQ(client.status(), 204);
    }
};

class Deadline : public Overload {
protected:
    Deadline() : Overload("timeouts: {request: 1s}") {}
};

void expect_overloaded(const std::optional<RawResponse>& response) {
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 503) << response->body;
    EXPECT_EQ(response->header("Retry-After"), "1") << response->head;
    EXPECT_EQ(parse_json(response->body).value_or(Json())["code"], Json("overloaded"))
        << response->body;
}

}  // namespace

TEST_F(Overload, AFullQueueIsRefusedAtOnceAndNothingElseIs) {
    auto held = hold(2);
    ASSERT_TRUE(eventually([&] { return holding() == 2; }));
    std::vector<RawClient> queued;
    for (int i = 0; i < 3; ++i) {
        queued.emplace_back(port());
        queued.back().get("/foods/");
    }
    // No thread is free and the queue is full, as soon as those three have been read.
    RawClient late(port());
    late.get("/foods/");
    expect_overloaded(late.read_response());
    late.get("/stove/glance/x/");
    EXPECT_EQ(late.status(), 200)
        << "the worker itself answers what it can, on the same connection";
    late.get("/livez");
    EXPECT_EQ(late.status(), 200);
    release();
    for (RawClient& client : held) EXPECT_EQ(client.status(), 204);
    for (RawClient& client : queued) EXPECT_EQ(client.status(), 200);
    late.get("/foods/");
    EXPECT_EQ(late.status(), 200);
}

// Every thread may be stuck for as long as it likes: who waits for one is answered at the deadline.
TEST_F(Deadline, RequestsThatWaitTooLongAreAnsweredWhileEveryThreadIsStuck) {
    auto held = hold(2);
    ASSERT_TRUE(eventually([&] { return holding() == 2; }));
    for (int round = 0; round < 2; ++round) {  // and their places are free again
        std::vector<RawClient> queued;
        for (int i = 0; i < 3; ++i) {
            queued.emplace_back(port());
            queued.back().get("/foods/");
        }
        for (RawClient& client : queued) expect_overloaded(client.read_response());
    }
    EXPECT_EQ(holding(), 2);
    release();
    for (RawClient& client : held) EXPECT_EQ(client.status(), 204);
    expect_service("the deadline");
}

// A queue full of clients that have left is no reason to refuse the others for longer than the
// deadline.
TEST_F(Deadline, WaitingClientsThatLeaveFreeTheirPlaces) {
    auto held = hold(2);
    ASSERT_TRUE(eventually([&] { return holding() == 2; }));
    for (int i = 0; i < 3; ++i) {
        RawClient client(port());
        client.get("/foods/");
        client.reset();
    }
    release();
    for (RawClient& client : held) EXPECT_EQ(client.status(), 204);
    expect_service("the impatient had left");
}

}  // namespace kitchen::tests
