// addresses/1 as other plugins see it.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include "addresses/address_repository.h"

namespace kitchen::auth {

class AddressLookup final : public Addresses {
public:
    /// `addresses` must outlive every further call.
    explicit AddressLookup(const AddressRepository& addresses) : addresses_(addresses) {}
    Result<std::optional<Address>> address(Transaction& tx, std::int64_t user_id,
                                           std::int64_t address_id) override;
    Result<std::optional<Address>> default_address(Transaction& tx, std::int64_t user_id) override;

private:
    const AddressRepository& addresses_;
};

}  // namespace kitchen::auth
