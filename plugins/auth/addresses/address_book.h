// What people do with the addresses that their orders may go to, and what other plugins see of
// them.
//
// Of the addresses of an account exactly one is the default: the first becomes it, another takes
// its place when it says so, and when the default is deleted the one with the lowest id follows it.
// Changes of one address book happen one after another, however many devices ask at once.
//
// Thread-safety: all calls, from any thread. What the constructor takes must outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "accounts/phone_numbers.h"
#include "accounts/user_repository.h"
#include "addresses/address_repository.h"
#include "auth_settings.h"
#include "kitchen/clock.h"
#include "kitchen/version_check.h"

namespace kitchen::auth {

class AddressBook {
public:
    struct Dependencies {
        Store& store;
        const UserRepository& users;
        const AddressRepository& addresses;
        const PhoneNumbers& phones;
        const Clock& clock;
    };
    /// Writes the new values over the old ones. May be called more than once for one change.
    using Edit = std::function<void(Address&)>;

    AddressBook(Dependencies dependencies, AddressBookSettings settings)
        : deps_(dependencies), settings_(std::move(settings)) {}

    /// The default first, then by id.
    Result<AddressPage> list(std::int64_t user_id, std::int64_t limit, std::int64_t offset);
    /// Error: not_found "address_not_found", also for another user's.
    Result<SavedAddress> read(std::int64_t user_id, std::int64_t id);

    /// What is wrong with a new address, without the store. Error: unprocessable.
    Status check(Address address) const;
    /// Errors: unprocessable "validation_failed"; conflict "address_book_full".
    Result<SavedAddress> add(std::int64_t user_id, Address address);
    /// Nothing is written when nothing differs. Errors: not_found; unprocessable, also when the
    /// default should just cease to be it; that of `check`.
    Result<SavedAddress> change(std::int64_t user_id, std::int64_t id, const Edit& edit,
                                const VersionCheck& check);
    /// Errors: not_found; that of `check`.
    Status remove(std::int64_t user_id, std::int64_t id, const VersionCheck& check);

private:
    /// The address, with the account locked and the version checked.
    Result<SavedAddress> lock(Transaction& tx, std::int64_t user_id, std::int64_t id,
                              const VersionCheck& check) const;

    const Dependencies deps_;
    AddressBookSettings settings_;
};

/// addresses/1 as other plugins see it.
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
