// Customers who order while something breaks, and the oracle: what they were told must be what is
// in the books.
//
//     OrderingLoad load([&] { return server.port(); }, {token, …}, {{food_id, 1000}});
//     load.begin();
//     ASSERT_TRUE(load.wait_for_more());      // it works
//     …break something, mend it…
//     load.end();
//     load.check(server.admin(), sql);
//
// Each customer fills the cart, orders with an Idempotency-Key, and after an error or a lost
// response sends the same key again until the response settles it. Some orders are cancelled again.
// One more visitor reads the menu.
//
// Thread-safety: one thread; the customers have their own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "kitchen/testkit/http_client.h"

namespace kitchen::tests {

class OrderingLoad {
public:
    /// `port`: where the service is now; asked before each request. `tokens`: one signed-in
    /// customer each. `stock`: what there is of each food at the beginning; nothing else may change
    /// it.
    OrderingLoad(std::function<std::uint16_t()> port, std::vector<std::string> tokens,
                 std::map<std::int64_t, std::int64_t> stock);
    ~OrderingLoad();

    /// A status that is right in this scenario, beside 503: 507 for a full disk.
    void tolerate(int status) { tolerated_.insert(status); }

    /// Also again after end().
    void begin();
    /// True once so many more orders have been acknowledged, or menus read; false after a minute
    /// without.
    bool wait_for_orders(int more = 8);
    bool wait_for_menus(int more = 8);
    /// True once so many more requests have failed: refused, or without a response.
    bool wait_for_failures(int more = 4);
    /// Everybody settles the order in hand, for which the service must be back, and stops.
    void end();

    /// The oracle, as test failures. `sql` runs one statement on the database and gives the first
    /// column of the first row; may be empty when there is none to ask.
    void check(testkit::HttpClient admin,
               const std::function<std::string(const std::string&)>& sql = {}) const;

    /// How often each outcome came: "201", "503 store_busy", "no response".
    std::map<std::string, int> outcomes() const;
    std::string summary() const;

private:
    struct Customer;
    void order(Customer& customer);
    void cancel(Customer& customer, std::int64_t order);
    void read_menus();
    /// One request until it is answered by something else than a refusal that may go away; nothing
    /// when the time is up.
    testkit::HttpResponse insist(Customer& customer, const std::string& method,
                                 const std::string& target, const Json& body,
                                 const testkit::HeaderList& headers = {});
    void note(const testkit::HttpResponse& response, const std::string& request);
    void note_lost(const std::string& what, const std::string& request);
    void rest() const;
    bool wait_for(const std::atomic<int>& count, int more) const;

    const std::function<std::uint16_t()> port_;
    const std::vector<std::string> tokens_;
    const std::map<std::int64_t, std::int64_t> stock_;
    std::set<int> tolerated_;
    std::atomic<bool> ending_{false};
    std::atomic<std::int64_t> give_up_at_{0};  ///< steady milliseconds; 0: never
    std::vector<std::thread> threads_;

    std::atomic<int> rounds_{0}, orders_{0}, menus_{0}, failures_{0};
    mutable std::mutex mutex_;
    std::map<std::string, std::int64_t> acknowledged_;  ///< order by key
    std::set<std::int64_t> cancelled_;                  ///< orders of which we know that they are
    std::vector<std::string> unsettled_;                ///< keys
    std::map<std::string, int> outcomes_;
    std::vector<std::string> wrong_;  ///< answers that should not have been
};

}  // namespace kitchen::tests
