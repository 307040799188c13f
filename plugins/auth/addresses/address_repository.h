// All SQL on the table `addresses`. Every call works inside the caller's transaction.
//
// A writer locks the account first (UserRepository::lock): then no other writer changes the same
// address book, and of its addresses one is the default at the end as it was at the beginning.
//
// Thread-safety: immutable once built; all calls, from any thread. The store must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "kitchen/addresses.h"
#include "kitchen/store.h"

namespace kitchen::auth {

struct SavedAddress : Address {
    std::int64_t version = 1;                     ///< grows with every change, also of is_default
    std::int64_t created_at = 0, updated_at = 0;  ///< POSIX milliseconds
};

struct AddressPage {
    std::vector<SavedAddress> addresses;
    std::int64_t total = 0;
};

/// Also for another user's.
Error address_not_found();

class AddressRepository {
public:
    explicit AddressRepository(Store& store);

    /// These two: nothing when the user has no such address.
    Result<std::optional<SavedAddress>> find(Transaction& tx, std::int64_t user_id,
                                             std::int64_t id) const;
    Result<std::optional<SavedAddress>> default_of(Transaction& tx, std::int64_t user_id) const;
    Result<std::int64_t> count(Transaction& tx, std::int64_t user_id) const;
    /// The default first, then by id.
    Result<AddressPage> page(Transaction& tx, std::int64_t user_id, std::int64_t limit,
                             std::int64_t offset) const;

    /// `address.id` does not matter.
    Result<SavedAddress> insert(Transaction& tx, std::int64_t user_id, const Address& address,
                                std::int64_t now) const;
    /// Errors beyond the store's: address_not_found().
    Result<SavedAddress> update(Transaction& tx, std::int64_t user_id, const Address& address,
                                std::int64_t now) const;
    Status remove(Transaction& tx, std::int64_t user_id, std::int64_t id) const;

    /// Leaves the user without a default, if there was one.
    Status clear_default(Transaction& tx, std::int64_t user_id, std::int64_t now) const;
    /// The user has no default: the address with the lowest id becomes it, if there is any.
    Status choose_default(Transaction& tx, std::int64_t user_id, std::int64_t now) const;

private:
    Statement find_, default_of_, count_, page_, insert_, update_, remove_, clear_default_,
        choose_default_;
};

}  // namespace kitchen::auth
