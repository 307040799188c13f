// Clients that leave in the middle while handlers work for them on the pool, so that descriptor
// numbers are reused all the time: nobody may ever read a byte that was meant for somebody else.
// KITCHEN_CHURN_SECONDS makes it longer (3 by default); the figures are printed.
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
    std::atomic<long> asked{0}, answered{0}, foreign{0}, cut{0}, left{0}, refused{0};
};

/// True when every byte that came belongs to the answer for `id`, whole or not.
bool is_own(const std::string& body, const std::string& id) {
    for (std::size_t at = 0; at < body.size(); ++at)
        if (body[at] != (at % (id.size() + 1) == id.size() ? ';' : id[at % (id.size() + 1)]))
            return false;
    return true;
}

void come_and_go(std::uint16_t port, unsigned seed, std::chrono::steady_clock::time_point until,
                 ChurnTally& tally) {
    std::mt19937 random(seed);
    for (long n = 0; std::chrono::steady_clock::now() < until; ++n) {
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
            if (fate == 2) {  // in the middle of the answer
                const auto head = client.read_head();
                if (head && !is_own(client.unread(), id)) ++tally.foreign;
                ++tally.left;
                break;
            }
            const auto answer = client.read_answer();
            if (!answer) {
                ++tally.cut;
                break;
            }
            if (answer->status == 503) {
                ++tally.refused;
                continue;
            }
            ++tally.answered;
            if (answer->status != 200 || answer->body.size() < 2000 || !is_own(answer->body, id))
                ++tally.foreign;
        }
    }
}

}  // namespace

TEST_F(Churn, NoOctetReachesAnotherClient) {
    const char* wanted = std::getenv("KITCHEN_CHURN_SECONDS");
    const std::chrono::seconds length(wanted ? std::atoi(wanted) : 3);
    const auto until = std::chrono::steady_clock::now() + length;
    ChurnTally tally;
    std::vector<std::thread> clients;
    for (unsigned i = 0; i < 24; ++i)
        clients.emplace_back([&, i] { come_and_go(port(), i, until, tally); });
    for (std::thread& client : clients) client.join();
    std::cout << "churn: " << length.count() << " s, " << tally.asked << " requests, "
              << tally.answered << " answers read whole, " << tally.left
              << " clients left in the middle, " << tally.refused << " refused, " << tally.cut
              << " cut, " << tally.foreign << " with foreign bytes\n";
    EXPECT_EQ(tally.foreign, 0);
    EXPECT_EQ(tally.cut, 0);
    EXPECT_GT(tally.answered, 200);
    EXPECT_GT(tally.left, 100);
    expect_service("churn");
}

}  // namespace kitchen::tests
