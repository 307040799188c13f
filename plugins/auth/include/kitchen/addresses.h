// addresses/1: where the customers want their deliveries, for the feature that brings them.
// Published by the plugin that owns the address book.
//
// The members are named as payment and delivery services name them (line1, city, state,
// postal_code). Texts are trimmed and hold no control characters; "" stands for one that was not
// given.
//
// Every call works inside the caller's open transaction.
// Thread-safety: all calls, from any thread. Ownership: the provider's plugin.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kitchen/result.h"
#include "kitchen/store.h"

namespace kitchen {

struct Address {
    std::int64_t id = 0;
    std::string label;  ///< what its owner calls it: "Home"
    std::string recipient_name;
    std::string line1;  ///< never empty
    std::string line2;
    std::string city;   ///< never empty
    std::string state;  ///< never empty
    std::string postal_code;
    std::string country;                ///< ISO 3166-1 alpha-2: "NG"
    std::string landmark;               ///< by which it is found: "opposite the blue mosque"
    std::string delivery_instructions;  ///< may have several lines
    std::string phone;                  ///< E.164; of the recipient
    std::optional<double> latitude, longitude;  ///< WGS 84, degrees; both or neither
    bool is_default =
        false;  ///< the one to use when none is named; each customer with addresses has exactly one

    friend bool operator==(const Address&, const Address&) = default;
};

class Addresses {
public:
    using Interface = Addresses;
    static constexpr std::string_view interface_name = "addresses/1";
    virtual ~Addresses() = default;
    /// Nothing when there is no such address or it is another user's.
    virtual Result<std::optional<Address>> address(Transaction& tx, std::int64_t user_id,
                                                   std::int64_t address_id) = 0;
    /// Nothing when the user has no address.
    virtual Result<std::optional<Address>> default_address(Transaction& tx,
                                                           std::int64_t user_id) = 0;
};

}  // namespace kitchen
