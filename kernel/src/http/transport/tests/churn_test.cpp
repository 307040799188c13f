// Clients that leave in the middle while responses are on their way, so that descriptor numbers are
// reused all the time. No client may ever read a byte that was meant for another one.
// KITCHEN_CHURN_ROUNDS: connections of each client; 500 by default.
#include <atomic>
#include <cstdlib>
#include <random>
#include <thread>

#include "transport_fixture.h"

namespace kitchen::http {
namespace {

class ChurnTest : public TransportTest {};

std::string pattern(const std::string& id) {
    std::string body;
    while (body.size() < 2000) body += id + ";";
    return body;
}

TEST_F(ChurnTest, NoByteReachesAnotherClient) {
    const char* wanted = std::getenv("KITCHEN_CHURN_ROUNDS");
    const int rounds = wanted ? std::atoi(wanted) : 500;
    DelayPool pool(4);
    handler_.request = [&](Request request, std::shared_ptr<Exchange> exchange) {
        if (request.target.starts_with("/inline"))
            return exchange->reply(text(pattern(request.target)));
        pool.after(
            std::chrono::microseconds(3000 + std::hash<std::string>()(request.target) % 4000),
            [target = request.target, exchange] { exchange->reply(text(pattern(target))); });
    };
    options_.workers = 2;
    start();
    std::atomic<long> whole{0}, asked{0}, foreign{0}, lost{0};
    std::vector<std::thread> clients;
    for (unsigned t = 0; t < 8; ++t)
        clients.emplace_back([&, t] {
            std::mt19937 random(t);
            for (int n = 0; n < rounds; ++n) {
                Client client(port_);
                for (auto requests = 1 + random() % 3; requests > 0; --requests) {
                    const auto id = (random() % 4 ? "/" : "/inline") + std::to_string(t) + "-" +
                                    std::to_string(n) + "-" + std::to_string(requests);
                    client.get(id);
                    ++asked;
                    const auto fate = random() % 4;
                    if (fate == 0) break;  // leaves without reading
                    if (fate == 1) {
                        client.reset();
                        break;
                    }
                    const auto response = client.read_response();
                    if (!response) {
                        ++lost;
                        break;
                    }
                    ++whole;
                    if (response->body != pattern(id)) ++foreign;
                }
                if (client.fd() >= 0) client.close();
            }
        });
    for (auto& client : clients) client.join();
    EXPECT_EQ(foreign, 0);
    EXPECT_EQ(lost, 0);
    EXPECT_GT(whole, 0);
    EXPECT_GT(asked, whole) << "some have left";
    EXPECT_TRUE(eventually([&] {
        return transport_->stats().connections == 0 && transport_->stats().in_flight == 0;
    }));
    transport_->stop();
}

}  // namespace
}  // namespace kitchen::http
