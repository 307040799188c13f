#include "customers.h"

#include <chrono>
#include <cstdio>
#include <stdexcept>

#include <gtest/gtest.h>

#include "kitchen/testkit/child_process.h"

namespace kitchen::tests {

using testkit::HttpClient;
using testkit::HttpResponse;

Customers::Customers(std::vector<HttpClient> clients, std::vector<HttpClient> visitors,
                     std::int64_t dish)
    : dish_(dish), clients_(std::move(clients)), visitors_(std::move(visitors)) {
    for (std::size_t i = 0; i < clients_.size(); ++i)
        threads_.emplace_back([this, i] {
            for (int round = 0; !ending_; ++round)
                order(clients_[i], "customer-" + std::to_string(i) + "." + std::to_string(round));
        });
    for (HttpClient& visitor : visitors_)
        threads_.emplace_back([this, &visitor] {
            while (!ending_) {
                const HttpResponse menu =
                    ask("GET /foods/", [&] { return visitor.get("/foods/"); });
                EXPECT_TRUE(menu.status == 0 || menu.status == 200 || menu.status >= 500)
                    << menu.status << menu.body;
            }
        });
}

Customers::~Customers() {
    given_up_ = true;
    end();
}

bool Customers::wait_for_orders(int more) {
    const int before = orders_;
    return testkit::wait_until([&] { return orders_ >= before + more; });
}

void Customers::end() {
    ending_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

HttpResponse Customers::ask(const std::string& what, const std::function<HttpResponse()>& request) {
    HttpResponse response;
    std::string kind;
    try {
        response = request();
        kind = std::to_string(response.status) + ' ' + response.problem_code();
    } catch (const std::runtime_error& lost) {
        kind = lost.what();
    }
    ++requests_;
    if (response.status == 0 || response.status >= 500) {
        ++errors_;
        const std::lock_guard lock(mutex_);
        ++kinds_[what + ": " + kind];
    }
    return response;
}

HttpResponse Customers::insist(HttpClient& client, const std::string& target, const Json& body,
                               const testkit::HeaderList& fields) {
    for (;;) {
        HttpResponse response =
            ask("POST " + target, [&] { return client.post(target, body, fields); });
        const std::string code = response.problem_code();
        const bool again =
            response.status == 0 || response.status >= 500 || code == "idempotency_key_in_use";
        if (!again || given_up_) return response;
        std::this_thread::sleep_for(
            std::chrono::milliseconds(20));  // as an app does between two attempts
    }
}

void Customers::order(HttpClient& client, const std::string& key) {
    const HttpResponse added = insist(client, "/cart/", Json::object({{"food_id", dish_}}));
    if (given_up_) return;
    EXPECT_TRUE(added.status == 200 || added.status == 201) << added.body;
    const HttpResponse placed =
        insist(client, "/orders/", Json::object({{"fulfillment_type", "pickup"}}),
               {{"Idempotency-Key", key}});
    if (given_up_) return;
    EXPECT_EQ(placed.status, 201) << placed.body;
    if (placed.status != 201) return;
    ++orders_;
    const std::lock_guard lock(mutex_);
    acknowledged_[key] = placed.json["id"].as_integer();
}

std::map<std::string, std::int64_t> Customers::acknowledged() const {
    const std::lock_guard lock(mutex_);
    return acknowledged_;
}

std::string Customers::summary() const {
    char share[32];
    std::snprintf(share, sizeof share, "%.4f %%",
                  requests_ == 0
                      ? 0.0
                      : 100.0 * static_cast<double>(errors_) / static_cast<double>(requests_));
    std::string text = std::to_string(requests_) + " requests, " + std::to_string(errors_) +
                       " errors (" + share + "), " + std::to_string(orders_) +
                       " orders acknowledged";
    const std::lock_guard lock(mutex_);
    for (const auto& [kind, count] : kinds_) text += "\n  " + std::to_string(count) + " x " + kind;
    return text;
}

}  // namespace kitchen::tests
