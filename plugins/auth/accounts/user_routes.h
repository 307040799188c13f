// GET and PATCH /me/, GET /users/, GET and PATCH /users/{id}/: AccountService over HTTP.
//
// Thread-safety: declare() before all use; then handlers on any thread.
#pragma once

#include "accounts/account_service.h"
#include "kitchen/plugin.h"

namespace kitchen::auth {

class UserRoutes {
public:
    /// `accounts` must outlive every request.
    explicit UserRoutes(AccountService& accounts) : accounts_(accounts) {}
    void declare(Setup& setup);

private:
    void declare_own(Setup& setup);
    void declare_admin(Setup& setup);
    Result<http::Response> read_own(const http::Request& request) const;
    Result<http::Response> change_own(const http::Request& request) const;
    Result<http::Response> list(const http::Request& request) const;
    Result<http::Response> read(const http::Request& request) const;
    Result<http::Response> change_rights(const http::Request& request) const;

    AccountService& accounts_;
};

}  // namespace kitchen::auth
