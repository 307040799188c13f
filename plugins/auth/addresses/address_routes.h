// /me/addresses/: AddressBook over HTTP.
//
// Thread-safety: declare() and bind() before all use; then handlers on any thread.
#pragma once

#include "addresses/address_book.h"
#include "kitchen/plugin.h"

namespace kitchen::auth {

class AddressRoutes {
public:
    void declare(Setup& setup);
    /// `book` must outlive every request.
    void bind(AddressBook& book) noexcept { book_ = &book; }

private:
    Result<http::Response> list(const http::Request& request) const;
    Result<http::Response> read(const http::Request& request) const;
    Result<http::Response> add(const http::Request& request) const;
    Result<http::Response> change(const http::Request& request) const;
    Result<http::Response> remove(const http::Request& request) const;

    AddressBook* book_ = nullptr;
};

}  // namespace kitchen::auth
