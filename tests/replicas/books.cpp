#include "books.h"

#include <iostream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

namespace kitchen::tests {

void expect_right_books(const testkit::PostgresDatabase& database,
                        const testkit::AnyRestaurant& restaurant, Customers& customers,
                        std::int64_t dish, std::int64_t stock) {
    const auto number = [&](const std::string& statement) {
        return std::stoll(database.sql(statement));
    };
    customers.end();
    const auto acknowledged = customers.acknowledged();
    std::map<std::string, std::int64_t> kept;
    std::istringstream rows(
        database.sql("SELECT idempotency_key, order_id FROM order_idempotency"));
    for (std::string row; std::getline(rows, row);)
        kept[row.substr(0, row.find('|'))] = std::stoll(row.substr(row.find('|') + 1));
    EXPECT_EQ(kept, acknowledged) << "each key is one order, the acknowledged one";
    std::set<std::int64_t> there, ids;
    std::istringstream lines(database.sql("SELECT id FROM orders"));
    for (std::int64_t id; lines >> id;) there.insert(id);
    std::int64_t lost = 0;
    for (const auto& [key, id] : acknowledged) {
        ids.insert(id);
        lost += !there.contains(id);
    }
    const auto orders = static_cast<std::int64_t>(there.size());
    const std::int64_t sold = number("SELECT coalesce(sum(quantity), 0) FROM order_items");
    const std::int64_t left =
        number("SELECT available_quantity FROM foods WHERE id = " + std::to_string(dish));
    const std::int64_t events = number("SELECT count(*) FROM order_history");
    const std::int64_t doubled = orders - static_cast<std::int64_t>(ids.size());
    std::cout << customers.summary() << "\n"
              << lost << " lost, " << doubled << " doubled; stock " << stock << " - " << sold
              << " sold = " << left << "\n";
    EXPECT_EQ(lost, 0);
    EXPECT_EQ(ids.size(), acknowledged.size()) << "two keys, one order";
    EXPECT_EQ(doubled, 0) << "an order that no customer was told of";

    EXPECT_TRUE(testkit::wait_until([&] {
        return number("SELECT count(*) FROM events WHERE position IS NULL") == 0 &&
               number(
                   "SELECT count(*) FROM event_subscribers s JOIN event_head h ON "
                   "s.position < h.position") == 0;
    })) << "the subscribers are up to date";
    EXPECT_EQ(restaurant.broken_data(), "[]");
    EXPECT_EQ(left, stock - sold);
    EXPECT_EQ(number("SELECT count(*) FROM foods WHERE available_quantity < 0"), 0);
    EXPECT_EQ(events, orders) << "placed, and nothing else";
    EXPECT_EQ(number("SELECT count(*) FROM outbox_deliveries WHERE delivery_key LIKE 'orders/%'"),
              events);
    EXPECT_EQ(
        number("SELECT count(*) FROM order_history h JOIN outbox_deliveries m ON m.delivery_key = "
               "'orders/' || h.order_id || '/' || h.version"),
        events);
}

}  // namespace kitchen::tests
