// /me/addresses/: AddressBook over HTTP.
//
// Thread-safety: declare() before all use; then handlers on any thread.
#pragma once

#include "addresses/address_book.h"
#include "addresses/address_repository.h"
#include "kitchen/http/body.h"
#include "kitchen/plugin.h"

namespace kitchen::auth {

/// The bodies of requests and responses for addresses.
void describe(http::BodyFields<SavedAddress>& field);

struct NewAddress : Address {
    static void describe(http::BodyFields<NewAddress>& field);
};
/// Read over the address as it is.
struct AddressChange : Address {
    static void describe(http::BodyFields<AddressChange>& field);
};

class AddressRoutes {
public:
    /// `book` must outlive every request.
    explicit AddressRoutes(AddressBook& book) : book_(book) {}
    void declare(Setup& setup);

private:
    Result<http::Response> list(const http::Request& request) const;
    Result<http::Response> read(const http::Request& request) const;
    Result<http::Response> add(const http::Request& request) const;
    Result<http::Response> change(const http::Request& request) const;
    Result<http::Response> remove(const http::Request& request) const;

    AddressBook& book_;
};

}  // namespace kitchen::auth
