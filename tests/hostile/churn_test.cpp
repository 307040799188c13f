// Clients that leave in the middle while handlers work for them on the pool, so that descriptor
// numbers are reused all the time: no client may ever read a byte that was meant for another one.
// KITCHEN_CHURN_ROUNDS: connections of each client; 250 by default. The figures are printed.
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

#include "wire_case.h"

namespace kitchen::tests {
namespace {

class Churn : public Hostile {
protected:
    Churn() : Hostile("workers: 2, threads: 16, limits: {connections_per_address: 0}") {}
};

struct ChurnTally {
    std::atomic<long> asked{0}, whole{0}, foreign{0}, cut{0}, left{0}, refused{0};
};

/// True when every byte that came belongs to the response for `id`, whole or not.
bool is_own(const std::string& body, const std::string& id) {
    for (std::size_t at = 0; at < body.size(); ++at)
        if (body[at] != (at % (id.size() + 1) == id.size() ? ';' : id[at % (id.size() + 1)]))
            return false;
    return true;
}

void come_and_go(std::uint16_t port, unsigned seed, int rounds, ChurnTally& tally) {
    std::mt19937 random(seed);
    for (int n = 0; n < rounds; ++n) {
        RawClient client(port);
        for (unsigned more = 1 + random() % 4; more > 0; --more) {
            const std::string id =
                std::to_string(seed) + "-" + std::to_string(n) + "-" + std::to_string(more);
            client.get((random() % 4 ? "/stove/simmer/" : "/stove/glance/") + id + "/");
            ++tally.asked;
            const unsigned fate = random() % 8;
            if (fate == 0) {  // without reading
                ++tally.left;
                break;
            }
            if (fate == 1) {  // with a reset
                client.reset();
                ++tally.left;
                break;
            }
            if (fate == 2) {  // in the middle of the response
                const auto head = client.read_head();
                if (head && !is_own(client.unread(), id)) ++tally.foreign;
                ++tally.left;
                break;
            }
            const auto response = client.read_response();
            if (!response) {
                ++tally.cut;
                break;
            }
            if (response->status == 503) {
                ++tally.refused;
                continue;
            }
            ++tally.whole;
            if (response->status != 200 || response->body.size() < 2000 ||
                !is_own(response->body, id))
                ++tally.foreign;
        }
    }
}

}  // namespace

TEST_F(Churn, NoByteReachesAnotherClient) {
    const char* wanted = std::getenv("KITCHEN_CHURN_ROUNDS");
    const int rounds = wanted ? std::atoi(wanted) : 250;
    ChurnTally tally;
    std::vector<std::thread> clients;
    for (unsigned i = 0; i < 24; ++i)
        clients.emplace_back([&, i] { come_and_go(port(), i, rounds, tally); });
    for (std::thread& client : clients) client.join();
    std::cout << "churn: " << tally.asked << " requests, " << tally.whole
              << " responses read whole, " << tally.left << " clients left in the middle, "
              << tally.refused << " refused, " << tally.cut << " cut, " << tally.foreign
              << " with foreign bytes\n";
    EXPECT_EQ(tally.foreign, 0);
    EXPECT_EQ(tally.cut, 0);
    EXPECT_GT(tally.whole, 0);
    EXPECT_GT(tally.left, 0);
    expect_service("churn");
}

}  // namespace kitchen::tests
