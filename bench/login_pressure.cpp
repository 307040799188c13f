// What people who sign in cost those who read the menu: the latency of GET /foods/ alone, and while
// others sign in without pause.
//
//     login_pressure PORT [SECONDS [CLIENTS [ROUNDS]]]
//
// The accounts signin-0@bench.example … must exist with the password below; bench/login-pressure
// makes them and runs this.
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

constexpr const char* password = "a-password-for-the-bench";

struct Latency {
    std::size_t requests = 0;
    double median = 0, p99 = 0, worst = 0;  ///< milliseconds
};

Latency read_the_menu(std::uint16_t port, std::chrono::seconds length) {
    std::vector<double> took;
    RawClient client(port);
    const auto until = Clock::now() + length;
    while (Clock::now() < until) {
        const auto begin = Clock::now();
        client.get("/foods/");
        if (client.status() != 200) {
            std::fprintf(stderr, "GET /foods/ failed\n");
            std::exit(1);
        }
        took.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    }
    std::sort(took.begin(), took.end());
    return {took.size(), took[took.size() / 2], took[took.size() * 99 / 100], took.back()};
}

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
    long done() const { return done_; }
    long refused() const { return refused_; }

private:
    void run(std::uint16_t port, int number) {
        const std::string body = R"({"email":"signin-)" + std::to_string(number) +
                                 R"(@bench.example","password":")" + password + "\"}";
        const std::string request =
            "POST /login/ HTTP/1.1\r\nHost: a\r\nContent-Type: "
            "application/json\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body;
        RawClient client(port);
        while (!leaving_) {
            client.send(request);
            const int status = client.status();
            if (status == 200) {
                ++done_;
            } else if (status == 503) {  // with Retry-After: 1, which is heeded
                ++refused_;
                std::this_thread::sleep_for(std::chrono::seconds(1));
            } else {
                std::fprintf(stderr, "POST /login/ gave %d\n", status);
                std::exit(1);
            }
        }
    }

    std::atomic<bool> leaving_{false};
    std::atomic<long> done_{0}, refused_{0};
    std::vector<std::thread> threads_;
};

void print(const char* what, const Latency& latency) {
    std::printf("%-22s %8zu requests   median %7.3f ms   p99 %7.3f ms   worst %8.3f ms\n", what,
                latency.requests, latency.median, latency.p99, latency.worst);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: login_pressure PORT [SECONDS [CLIENTS [ROUNDS]]]\n");
        return 2;
    }
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    const std::chrono::seconds length(argc > 2 ? std::atoi(argv[2]) : 5);
    const int clients = argc > 3 ? std::atoi(argv[3]) : 8;
    const int rounds = argc > 4 ? std::atoi(argv[4]) : 5;
    read_the_menu(port, std::chrono::seconds(1));  // warms up
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
        const Latency alone = read_the_menu(port, length);
        print("alone", alone);
        const SignIns sign_ins(port, clients);
        const Latency pressed = read_the_menu(port, length);
        print("with sign-ins", pressed);
        std::printf("%-22s %8.1f a second, %ld refused\n", "sign-ins",
                    static_cast<double>(sign_ins.done()) / static_cast<double>(length.count()),
                    sign_ins.refused());
        ratios.push_back(pressed.p99 / alone.p99);
        std::printf("%-22s %8.2f\n\n", "ratio of p99", ratios.back());
    }
    std::sort(ratios.begin(), ratios.end());
    std::printf("ratio of p99 over %d rounds: min %.2f, median %.2f, max %.2f\n", rounds,
                ratios.front(), ratios[ratios.size() / 2], ratios.back());
}
