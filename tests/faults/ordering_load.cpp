#include "ordering_load.h"

#include <chrono>
#include <stdexcept>

#include <gtest/gtest.h>

#include "kitchen/testkit/child_process.h"

namespace kitchen::tests {

using testkit::HttpClient;
using testkit::HttpResponse;

namespace {

std::int64_t steady_millis() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// A client that goes where the service is now.
class Caller {
public:
    Caller(const std::function<std::uint16_t()>& port, std::string token)
        : port_(port), token_(std::move(token)) {}
    HttpClient& client() {
        if (const std::uint16_t now = port_(); !client_ || now != at_) {
            client_ = std::make_unique<HttpClient>(at_ = now);
            if (!token_.empty()) client_->bearer(token_);
        }
        return *client_;
    }

private:
    const std::function<std::uint16_t()>& port_;
    const std::string token_;
    std::uint16_t at_ = 0;
    std::unique_ptr<HttpClient> client_;
};

/// Nothing was done, and it may be tried again.
bool may_go_away(const HttpResponse& response) {
    return response.status == 0 || response.status >= 500 || response.status == 429 ||
           response.problem_code() == "idempotency_key_in_use";
}

}  // namespace

struct OrderingLoad::Customer {
    Caller caller;
    int round;  ///< of all customers together: no two have the same
};

OrderingLoad::OrderingLoad(std::function<std::uint16_t()> port, std::vector<std::string> tokens,
                           std::map<std::int64_t, std::int64_t> stock)
    : port_(std::move(port)), tokens_(std::move(tokens)), stock_(std::move(stock)) {}

OrderingLoad::~OrderingLoad() {
    give_up_at_ = 1;
    end();
}

void OrderingLoad::begin() {
    ending_ = false;
    give_up_at_ = 0;
    for (std::size_t i = 0; i < tokens_.size(); ++i)
        threads_.emplace_back([this, i] {
            Customer customer{{port_, tokens_[i]}, rounds_++};
            for (; !ending_; customer.round = rounds_++) order(customer);
        });
    threads_.emplace_back([this] { read_menus(); });
}

void OrderingLoad::end() {
    if (give_up_at_ == 0) give_up_at_ = steady_millis() + 60'000;
    ending_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

bool OrderingLoad::wait_for(const std::atomic<int>& count, int more) const {
    const int before = count;
    return testkit::wait_until([&] { return count >= before + more; });
}
bool OrderingLoad::wait_for_orders(int more) { return wait_for(orders_, more); }
bool OrderingLoad::wait_for_menus(int more) { return wait_for(menus_, more); }
bool OrderingLoad::wait_for_failures(int more) { return wait_for(failures_, more); }

/// As an app does between two attempts.
void OrderingLoad::rest() const { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }

void OrderingLoad::note(const HttpResponse& response, const std::string& request) {
    std::string outcome = std::to_string(response.status);
    if (response.status >= 400) outcome += " " + response.problem_code();
    bool is_wrong =
        response.status >= 500 && response.status != 503 && !tolerated_.contains(response.status);
    is_wrong |= response.status == 400 || response.status == 401 || response.status == 403 ||
                response.status == 404;
    is_wrong |= response.status == 422 && response.problem_code() != "cart_empty";
    is_wrong |= response.status == 503 && response.header("retry-after").empty();
    if (response.status >= 500) ++failures_;
    std::lock_guard lock(mutex_);
    ++outcomes_[outcome];
    if (is_wrong) wrong_.push_back(request + ": " + response.body);
}

void OrderingLoad::note_lost(const std::string& what, const std::string& request) {
    ++failures_;
    std::lock_guard lock(mutex_);
    ++outcomes_["no answer"];
    // A connection that breaks is what the scenarios are about. A client that waits for ever is
    // not.
    if (what.find("within") != std::string::npos) wrong_.push_back(request + ": " + what);
}

HttpResponse OrderingLoad::insist(Customer& customer, const std::string& method,
                                  const std::string& target, const Json& body,
                                  const testkit::HeaderList& headers) {
    testkit::HeaderList fields = headers;
    if (!body.is_null()) fields.emplace_back("Content-Type", "application/json");
    while (give_up_at_ == 0 || steady_millis() < give_up_at_) {
        HttpResponse response;
        try {
            response = customer.caller.client().send(method, target,
                                                     body.is_null() ? "" : body.dump(), fields);
            note(response, method + " " + target);
        } catch (const std::runtime_error& e) {
            note_lost(e.what(), method + " " + target);
        }
        if (!may_go_away(response)) return response;
        rest();
    }
    return {};
}

void OrderingLoad::order(Customer& customer) {
    const std::string key = "checkout-" + std::to_string(customer.round);
    // Now one food, now the other, now both.
    int n = 0;
    for (const auto& [food, quantity] : stock_)
        if ((customer.round + n++) % 3 != 0 || stock_.size() == 1)
            (void)insist(customer, "POST", "/cart/", Json::object({{"food_id", food}}));
    const HttpResponse response =
        insist(customer, "POST", "/orders/", Json::object({{"fulfillment_type", "pickup"}}),
               {{"Idempotency-Key", key}});
    if (response.status == 201) {
        const std::int64_t id = response.json["id"].as_integer();
        {
            std::lock_guard lock(mutex_);
            acknowledged_[key] = id;
        }
        ++orders_;
        if (customer.round % 4 == 3) cancel(customer, id);
    } else if (response.status == 0) {
        std::lock_guard lock(mutex_);
        unsettled_.push_back(key);
    } else if (response.status == 409) {
        (void)insist(customer, "DELETE", "/cart/", Json());
    }
}

void OrderingLoad::cancel(Customer& customer, std::int64_t order) {
    const HttpResponse response =
        insist(customer, "POST", "/orders/" + std::to_string(order) + "/cancel/", Json::object({}));
    // 409: the first attempt did it, and its response was lost.
    if (response.status != 200 && response.status != 409) return;
    std::lock_guard lock(mutex_);
    cancelled_.insert(order);
}

void OrderingLoad::read_menus() {
    Caller caller(port_, "");
    for (int n = 0; !ending_; ++n) {
        // Never asked before, so that the store has to answer and no cache can.
        const std::string target = "/foods/?search=" + std::to_string(n);
        try {
            const HttpResponse response = caller.client().get(target);
            note(response, "GET " + target);
            if (response.status == 200) ++menus_;
        } catch (const std::runtime_error& e) {
            note_lost(e.what(), "GET " + target);
        }
        rest();
    }
}

std::map<std::string, int> OrderingLoad::outcomes() const {
    std::lock_guard lock(mutex_);
    return outcomes_;
}

std::string OrderingLoad::summary() const {
    std::string text = std::to_string(orders_) + " orders;";
    for (const auto& [outcome, count] : outcomes())
        text += " " + outcome + ": " + std::to_string(count) + ";";
    return text;
}

void OrderingLoad::check(HttpClient admin,
                         const std::function<std::string(const std::string&)>& sql) const {
    std::lock_guard lock(mutex_);
    EXPECT_EQ(wrong_, std::vector<std::string>());
    EXPECT_EQ(unsettled_, std::vector<std::string>()) << "the service did not come back";

    // Each acknowledged order is there once, and no other.
    std::map<std::int64_t, std::string> keys;
    for (const auto& [key, id] : acknowledged_) {
        const auto [other, is_new] = keys.emplace(id, key);
        EXPECT_TRUE(is_new) << "order " << id << " was given for " << key << " and for "
                            << other->second;
    }
    std::set<std::int64_t> found;
    std::map<std::int64_t, std::int64_t> left = stock_;
    for (std::string page = "/orders/?limit=100"; !page.empty();) {
        const HttpResponse response = admin.get(page);
        ASSERT_EQ(response.status, 200) << response.body;
        for (const Json& order : response.json["result"].as_array()) {
            const std::int64_t id = order["id"].as_integer();
            EXPECT_TRUE(found.insert(id).second) << "order " << id << " is there twice";
            EXPECT_TRUE(keys.contains(id)) << "order " << id << " was acknowledged to nobody";
            const bool is_cancelled = order["status"] == Json("cancelled");
            EXPECT_EQ(is_cancelled, cancelled_.contains(id)) << "order " << id;
            if (is_cancelled) continue;
            for (const Json& item : order["items"].as_array())
                left[item["food_id"].as_integer()] -= item["quantity"].as_integer();
        }
        const Json& next = response.json["next"];
        page = next.is_string() ? next.as_string().substr(next.as_string().find("/orders/"))
                                : std::string();
    }
    for (const auto& [id, key] : keys)
        EXPECT_TRUE(found.contains(id))
            << "order " << id << ", acknowledged for " << key << ", is lost";

    for (const auto& [food, expected] : left) {
        const HttpResponse response = admin.get("/foods/" + std::to_string(food) + "/");
        EXPECT_EQ(response.json["available_quantity"], Json(expected))
            << "stock of food " << food << ": initial less sold";
        EXPECT_GE(expected, 0) << "food " << food << " was sold more often than it was there";
    }

    const HttpResponse data = admin.get("/admin/data/");
    EXPECT_EQ(data.status, 200) << data.body;
    EXPECT_GE(data.json["rules"].as_integer(), 10);
    EXPECT_EQ(data.json["broken"].size(), 0u) << data.body;

    if (!sql) return;
    EXPECT_TRUE(testkit::wait_until([&] {
        return sql("SELECT count(*) FROM events WHERE position IS NULL") == "0" &&
               sql("SELECT count(*) FROM event_subscribers s JOIN event_head h ON s.position < "
                   "h.position") == "0";
    })) << "the subscribers are up to date";
    const std::string orders = std::to_string(found.size()),
                      events = sql("SELECT count(*) FROM order_history");
    EXPECT_EQ(sql("SELECT count(*) FROM order_idempotency"), orders) << "one key an order";
    EXPECT_EQ(events, std::to_string(found.size() + cancelled_.size()))
        << "placed or cancelled, each once";
    EXPECT_EQ(sql("SELECT count(*) FROM outbox_deliveries WHERE delivery_key LIKE 'orders/%'"),
              events)
        << "one mail an event";
    EXPECT_EQ(
        sql("SELECT count(*) FROM order_history h JOIN outbox_deliveries m ON m.delivery_key = "
            "'orders/' || h.order_id || '/' || h.version"),
        events)
        << "its own mail an event";
    EXPECT_EQ(sql("SELECT count(*) FROM foods WHERE available_quantity < 0"), "0");

    EXPECT_EQ(sql("SELECT count(*) FROM events WHERE name = 'order.placed/1'"), orders);
    EXPECT_EQ(sql("SELECT count(*) FROM events WHERE name LIKE 'order.%'"), events);
    EXPECT_EQ(sql("SELECT sum(points) FROM loyalty_points"),
              sql("SELECT sum(total / 10000) FROM orders WHERE status <> 'cancelled'"))
        << "each order earns its points once";
}

}  // namespace kitchen::tests
