// Who uses a restaurant in a test: its administrator, customers who sign up by mail, its staff.
// They need nothing but HTTP, so it may be a TestKernel, a process, or several behind a proxy.
//
//     RestaurantPeople people([&] { return kernel.client(); },
//                             [&](const std::string& email) { return code_in_mail_to(email,
//                             {mails}); });
//     const std::int64_t dish = people.food("Jollof", 250'000);
//     HttpClient ada = people.customer();
//
// Thread-safety: all functions from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "kitchen/json.h"
#include "kitchen/testkit/http_client.h"
#include "kitchen/testkit/restaurant_config.h"

namespace kitchen::testkit {

/// The answer, when it has that status. Throws std::runtime_error with `what` and the answer.
HttpAnswer expect_status(HttpAnswer answer, int status, const std::string& what);

/// The code in the newest mail to that address in any of mail-log's directories; waits for the
/// mail, which goes out after the answer. Throws std::runtime_error.
std::string code_in_mail_to(const std::string& email,
                            const std::vector<std::filesystem::path>& directories);

class RestaurantPeople {
public:
    struct Customer {
        HttpClient client;  ///< signed in by `token`
        std::int64_t id;
        std::string token;
    };

    /// `anonymous` makes a client; `code_mailed_to` waits for the code mailed to an address.
    RestaurantPeople(std::function<HttpClient()> anonymous,
                     std::function<std::string(const std::string& email)> code_mailed_to);

    /// The bootstrap administrator, by Basic.
    HttpClient admin() const;
    /// Signs up customer1@mail.example, customer2@…, with the code from the mail.
    Customer sign_up();
    HttpClient customer() { return sign_up().client; }
    /// Makes a customer and gives it the role "kitchen".
    HttpClient kitchen_staff();
    /// Creates a food and gives its id. `quantity` null: not counted.
    std::int64_t food(const std::string& name, std::int64_t price, Json quantity = nullptr) const;
    std::int64_t stock_of(std::int64_t food_id) const;

private:
    const std::function<HttpClient()> anonymous_;
    const std::function<std::string(const std::string&)> code_mailed_to_;
    std::atomic<int> count_{0};
};

}  // namespace kitchen::testkit
