// Who is asking: set on the request by an identify-phase middleware, read by the kernel's authorise
// phase and by handlers.
//
// Thread-safety: a plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kitchen {

struct Principal {
    std::int64_t user_id = 0;
    std::string
        role;  ///< a name that routes use in Route::roles(); the kernel attaches no meaning to it
    std::string token_id;      ///< names what the client signed in with, as the plugin knows it
                               ///< (of auth, a number for a bearer token). Not a secret.
    bool is_operator = false;  ///< runs this server: may use Route::for_operators()
    /// What the user lets the client do, "orders:read openid": Route::scopes() says what a route
    /// needs. Nothing: everything, as where users sign in themselves.
    std::optional<std::string> scope = std::nullopt;
    std::string client_id = {};  ///< the client that the user lets act; "": none, they act

    /// Whether the client was given this scope, or is not limited to any.
    bool has_scope(std::string_view name) const {
        if (!scope) return true;
        const std::string given = ' ' + *scope + ' ';
        return given.find(' ' + std::string(name) + ' ') != std::string::npos;
    }
};

}  // namespace kitchen
