#include "addresses/address_lookup.h"

namespace kitchen::auth {
namespace {

Result<std::optional<Address>> published(Result<std::optional<SavedAddress>> found) {
    if (!found) return std::move(found).error();
    if (!found->has_value()) return std::optional<Address>();
    return std::optional<Address>(**std::move(found));
}

}  // namespace

Result<std::optional<Address>> AddressLookup::address(Transaction& tx, std::int64_t user_id,
                                                      std::int64_t address_id) {
    return published(addresses_.find(tx, user_id, address_id));
}

Result<std::optional<Address>> AddressLookup::default_address(Transaction& tx,
                                                              std::int64_t user_id) {
    return published(addresses_.default_of(tx, user_id));
}

}  // namespace kitchen::auth
