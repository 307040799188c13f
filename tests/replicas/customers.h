// Customers who order through nginx while replicas come and go, and count what they are told.
//
// Each puts a dish into the cart and orders it with an Idempotency-Key of its own; after an error
// or a lost response it sends the same key again until the response settles it. Two visitors read
// the menu meanwhile.
//
// Thread-safety: one thread; the customers have their own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kitchen/testkit/http_client.h"

namespace kitchen::tests {

class Customers {
public:
    /// `clients`: one signed-in customer each; the first two `visitors` need not be signed in.
    Customers(std::vector<testkit::HttpClient> clients, std::vector<testkit::HttpClient> visitors,
              std::int64_t dish);
    /// Gives up what is under way.
    ~Customers();

    /// True once so many more orders have been acknowledged; false after a minute without.
    bool wait_for_orders(int more);
    /// Everybody settles the order in hand, and stops.
    void end();

    /// Order by key, as it was acknowledged.
    std::map<std::string, std::int64_t> acknowledged() const;
    long requests() const { return requests_; }
    /// Answered with 5xx, or not at all.
    long errors() const { return errors_; }
    /// One line: requests, errors, share, orders; then each kind of error with its number.
    std::string summary() const;

private:
    void order(testkit::HttpClient& client, const std::string& key);
    /// Sends until the response is neither an error nor "still running". `idempotent` false: errors
    /// are told, and it is sent again all the same.
    testkit::HttpResponse insist(testkit::HttpClient& client, const std::string& target,
                                 const Json& body, const testkit::HeaderList& fields = {});
    /// Status 0: no response.
    testkit::HttpResponse ask(const std::string& what,
                              const std::function<testkit::HttpResponse()>& request);

    const std::int64_t dish_;
    std::atomic<bool> ending_{false}, given_up_{false};
    std::atomic<long> requests_{0}, errors_{0};
    std::atomic<int> orders_{0};
    mutable std::mutex mutex_;
    std::map<std::string, std::int64_t> acknowledged_;
    std::map<std::string, int> kinds_;
    std::vector<testkit::HttpClient> clients_, visitors_;
    std::vector<std::thread> threads_;
};

}  // namespace kitchen::tests
