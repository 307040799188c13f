// What people who sign in cost those who read the menu: the latency of GET /foods/ on one
// connection while so many others sign in without pause, each with an account of its own. Prints
// the 99th percentile in milliseconds, and reads a second.
//
//     login_pressure PORT CLIENTS SECONDS
//
// The accounts customer0@mail.example, customer1@… must exist with the password below. A 503 is
// heeded (Retry-After: 1).
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "kitchen/testkit/raw_client.h"

namespace {

using Clock = std::chrono::steady_clock;
using kitchen::testkit::RawClient;

/// Signs in again and again while it lives.
class SignIns {
public:
    SignIns(std::uint16_t port, int clients) {
        for (int i = 0; i < clients; ++i) threads_.emplace_back([this, port, i] { run(port, i); });
    }
    ~SignIns() {
        leaving_ = true;
        for (std::thread& thread : threads_) thread.join();
    }

private:
    void run(std::uint16_t port, int number) {
        const std::string body = R"({"email":"customer)" + std::to_string(number) +
                                 R"(@mail.example","password":"jollof-is-life"})";
        const std::string request =
            "POST /login/ HTTP/1.1\r\nHost: a\r\nContent-Type: "
            "application/json\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body;
        RawClient client(port);
        while (!leaving_) {
            client.send(request);
            const int status = client.status();
            if (status == 503) {
                std::this_thread::sleep_for(std::chrono::seconds(1));
            } else if (status != 200) {
                std::fprintf(stderr, "POST /login/ gave %d\n", status);
                std::exit(1);
            }
        }
    }

    std::atomic<bool> leaving_{false};
    std::vector<std::thread> threads_;
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::fprintf(stderr, "usage: login_pressure PORT CLIENTS SECONDS\n");
        return 2;
    }
    const auto port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
    const SignIns sign_ins(port, std::atoi(arguments[2]));
    std::vector<double> took;  // milliseconds
    RawClient client(port);
    const auto start = Clock::now();
    const auto until = start + std::chrono::duration<double>(std::atof(arguments[3]));
    while (Clock::now() < until) {
        const auto begin = Clock::now();
        client.get("/foods/");
        if (client.status() != 200) {
            std::fprintf(stderr, "GET /foods/ failed\n");
            return 1;
        }
        took.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    }
    const std::chrono::duration<double> length = Clock::now() - start;
    std::sort(took.begin(), took.end());
    std::printf("%.3f %.1f\n", took[took.size() * 99 / 100],
                static_cast<double>(took.size()) / length.count());
}
