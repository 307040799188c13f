// Clients that leave in the middle while answers are on their way, so that descriptor numbers are
// reused all the time. Nobody may ever read a byte that was meant for somebody else.
// KITCHEN_CHURN_SECONDS makes it longer.
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
    const char* wanted = std::getenv("KITCHEN_CHURN_SECONDS");
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::seconds(wanted ? std::atoi(wanted) : 2);
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
    std::atomic<long> answered{0}, left{0}, foreign{0}, lost{0};
    std::vector<std::thread> clients;
    for (unsigned t = 0; t < 8; ++t)
        clients.emplace_back([&, t] {
            std::mt19937 random(t);
            for (long n = 0; std::chrono::steady_clock::now() < until; ++n) {
                Client client(port_);
                for (auto requests = 1 + random() % 3; requests > 0; --requests) {
                    const auto id = (random() % 4 ? "/" : "/inline") + std::to_string(t) + "-" +
                                    std::to_string(n) + "-" + std::to_string(requests);
                    client.get(id);
                    const auto fate = random() % 4;
                    if (fate == 0) break;  // leaves without reading
                    if (fate == 1) {
                        client.reset();
                        break;
                    }
                    const auto answer = client.read_answer();
                    if (!answer) {
                        ++lost;
                        break;
                    }
                    ++answered;
                    if (answer->body != pattern(id)) ++foreign;
                }
                if (client.fd() >= 0) client.close();
                ++left;
            }
        });
    for (auto& client : clients) client.join();
    EXPECT_EQ(foreign, 0);
    EXPECT_EQ(lost, 0);
    EXPECT_GT(answered, 100);
    EXPECT_TRUE(eventually([&] {
        return transport_->stats().connections == 0 && transport_->stats().in_flight == 0;
    }));
    transport_->stop();
}

}  // namespace
}  // namespace kitchen::http
