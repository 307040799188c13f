#include "addresses/address_book.h"

#include "addresses/address_rules.h"
#include "kitchen/time.h"

namespace kitchen::auth {
namespace {

Result<SavedAddress> there(Result<std::optional<SavedAddress>> found) {
    if (!found) return std::move(found).error();
    if (!found->has_value()) return address_not_found();
    return **std::move(found);
}

Result<std::optional<Address>> published(Result<std::optional<SavedAddress>> found) {
    if (!found) return std::move(found).error();
    if (!found->has_value()) return std::optional<Address>();
    return std::optional<Address>(**std::move(found));
}

}  // namespace

Result<AddressPage> AddressBook::list(std::int64_t user_id, std::int64_t limit,
                                      std::int64_t offset) {
    return deps_.store.read<AddressPage>(
        [&](Transaction& tx) { return deps_.addresses.page(tx, user_id, limit, offset); });
}

Result<SavedAddress> AddressBook::read(std::int64_t user_id, std::int64_t id) {
    return deps_.store.read<SavedAddress>(
        [&](Transaction& tx) { return there(deps_.addresses.find(tx, user_id, id)); });
}

Status AddressBook::check(Address address) const {
    if (address.country.empty()) address.country = settings_.country;
    return normalise(address, deps_.phones);
}

Result<SavedAddress> AddressBook::add(std::int64_t user_id, Address address) {
    if (address.country.empty()) address.country = settings_.country;
    if (Status good = normalise(address, deps_.phones); !good) return std::move(good).error();
    const bool wants_default = address.is_default;
    const std::int64_t now = to_millis(deps_.clock.now());
    return deps_.store.transact<SavedAddress>([&](Transaction& tx) -> Result<SavedAddress> {
        if (Status locked = deps_.users.lock(tx, user_id); !locked)
            return std::move(locked).error();
        const auto count = deps_.addresses.count(tx, user_id);
        if (!count) return count.error();
        if (*count >= settings_.max)
            return Error(Errc::conflict, "address_book_full",
                         "An address book holds at most " + std::to_string(settings_.max) +
                             " addresses. Delete one first.");
        address.is_default = wants_default || *count == 0;
        if (address.is_default)
            if (Status cleared = deps_.addresses.clear_default(tx, user_id, now); !cleared)
                return std::move(cleared).error();
        return deps_.addresses.insert(tx, user_id, address, now);
    });
}

Result<SavedAddress> AddressBook::change(std::int64_t user_id, std::int64_t id, const Edit& edit,
                                         const VersionCheck& check) {
    const std::int64_t now = to_millis(deps_.clock.now());
    return deps_.store.transact<SavedAddress>([&](Transaction& tx) -> Result<SavedAddress> {
        Result<SavedAddress> before = lock(tx, user_id, id, check);
        if (!before) return before;
        Address after = *before;
        edit(after);
        if (Status good = normalise(after, deps_.phones, before->phone); !good)
            return std::move(good).error();
        if (before->is_default && !after.is_default)
            return invalid_field("/is_default", "default_needed",
                                 "Make another address the default; this one then no longer is.");
        if (after == static_cast<const Address&>(*before)) return before;
        if (after.is_default && !before->is_default)
            if (Status cleared = deps_.addresses.clear_default(tx, user_id, now); !cleared)
                return std::move(cleared).error();
        return deps_.addresses.update(tx, user_id, after, now);
    });
}

Status AddressBook::remove(std::int64_t user_id, std::int64_t id, const VersionCheck& check) {
    const std::int64_t now = to_millis(deps_.clock.now());
    return deps_.store.transact([&](Transaction& tx) -> Status {
        const Result<SavedAddress> address = lock(tx, user_id, id, check);
        if (!address) return address.error();
        if (Status removed = deps_.addresses.remove(tx, user_id, id); !removed) return removed;
        return address->is_default ? deps_.addresses.choose_default(tx, user_id, now) : Status();
    });
}

Result<SavedAddress> AddressBook::lock(Transaction& tx, std::int64_t user_id, std::int64_t id,
                                       const VersionCheck& check) const {
    if (Status locked = deps_.users.lock(tx, user_id); !locked) return std::move(locked).error();
    Result<SavedAddress> address = there(deps_.addresses.find(tx, user_id, id));
    if (!address) return address;
    if (Status good = check(address->version); !good) return std::move(good).error();
    return address;
}

Result<std::optional<Address>> AddressLookup::address(Transaction& tx, std::int64_t user_id,
                                                      std::int64_t address_id) {
    return published(addresses_.find(tx, user_id, address_id));
}

Result<std::optional<Address>> AddressLookup::default_address(Transaction& tx,
                                                              std::int64_t user_id) {
    return published(addresses_.default_of(tx, user_id));
}

}  // namespace kitchen::auth
