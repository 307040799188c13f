// A restaurant with every plugin on, and something of each kind in it: what the tests of every
// operation of the OpenAPI document stand on.
//
// Thread-safety: one thread.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "kitchen/testkit/restaurant.h"
#include "openapi_document.h"

namespace kitchen::tests {

class LaidTable {
public:
    LaidTable();

    /// A food with an image, in the cart and in two orders of the customer, who has rated it after
    /// every second time; an address; a promotion. All of them are new.
    void lay();

    /// What an operation's path parameter stands for, as a path holds it; nothing: of what there is
    /// none.
    std::optional<std::string> value(const std::string& path, const std::string& parameter) const;
    /// The path of an operation, with values for its parameters; 1 for what there is none of.
    std::string path_of(const Operation& operation) const;

    testkit::Restaurant restaurant;
    const OpenApiDocument document;
    testkit::HttpClient customer, admin;
    std::int64_t food = 0;
    std::string promo_code;
    int count = 0;  ///< of calls of lay()

private:
    void use(const char* parameter, const testkit::HttpResponse& response);
    void place_order();

    std::map<std::string, std::string> values_;  ///< by the end of a path up to the parameter
};

}  // namespace kitchen::tests
