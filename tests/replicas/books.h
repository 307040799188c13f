// What customers were told is what is in the books.
#pragma once

#include "customers.h"
#include "kitchen/testkit/postgres_server.h"
#include "kitchen/testkit/restaurant.h"

namespace kitchen::tests {

/// Ends the customers; then each key is one order, the acknowledged one, what is left of the dish
/// is `stock` less what was sold, and each order has its event and its mail.
void expect_right_books(const testkit::PostgresDatabase& database,
                        const testkit::AnyRestaurant& restaurant, Customers& customers,
                        std::int64_t dish, std::int64_t stock);

}  // namespace kitchen::tests
