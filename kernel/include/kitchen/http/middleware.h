// Code around every handler, in phases: observe → shield → identify → admit → (the kernel
// authorises, reads and checks the body) → perform → handle. Within a phase in the order of the
// plugins, then of declaration.
//
// A middleware calls next() to go on, once at most, and may change the request before and the
// response after; or it gives a response itself. It sees only requests that matched a route, and
// before the phase perform their query and body are not validated (Request::json is still null, and
// the body of a route that takes files not read). It runs on the thread that runs the handler: for
// an inline route it must not block.
//
// Thread-safety: called on many threads at once.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "kitchen/http/request.h"
#include "kitchen/http/response.h"
#include "kitchen/result.h"

namespace kitchen::http {

enum class Phase : std::uint8_t {
    observe,   ///< measures and logs; sees the responses of all later phases
    shield,    ///< refuses: rate limits, CORS, origins
    identify,  ///< sets Request::principal; not called on routes that are open to anyone
    admit,     ///< refuses by who is asking; after identify, and called only when that is
    perform,   ///< around the handler alone, of every route: the request is allowed and valid
};

/// Goes on to the next middleware, or the handler. A second call throws std::logic_error.
using Next = std::function<Result<Response>()>;

/// A way to sign in, for the OpenAPI document.
struct SignInScheme {
    std::string name;  ///< of the scheme in Authorization, lower-case: "bearer"
    std::string description;
};

/// A function Result<Response>(Request&, const Next&), and what it adds to responses and to the
/// OpenAPI document.
class Middleware {
public:
    template <class Function>
    requires(!std::same_as<std::remove_cvref_t<Function>, Middleware> &&
             std::is_invocable_r_v<Result<Response>, Function&, Request&, const Next&>)
        Middleware(Function&& function)
        : function_(std::forward<Function>(function)) {}

    /// Names the header fields that it adds to responses of any route: scripts of allowed origins
    /// may read them.
    Middleware&& sends(std::vector<std::string> names) && {
        sent_fields_ = std::move(names);
        return std::move(*this);
    }
    const std::vector<std::string>& sent_fields() const noexcept { return sent_fields_; }
    /// Only for these routes: "POST /orders/", written as they are registered (with a trailing
    /// slash or without), or "plugin orders" for all of a plugin. A name that no route has is a
    /// start-up error.
    Middleware&& only_for(std::vector<std::string> routes) && {
        routes_ = std::move(routes);
        return std::move(*this);
    }
    /// Empty: all.
    const std::vector<std::string>& routes() const noexcept { return routes_; }
    /// Called once, before any request, with all routes there are: to prepare for each, or to warn
    /// of a setting that names one which no plugin has.
    Middleware&& learns_routes(std::function<void(const std::vector<Route>&)> learn) && {
        learn_ = std::move(learn);
        return std::move(*this);
    }
    void learn(const std::vector<Route>& routes) const {
        if (learn_) learn_(routes);
    }
    /// How clients may sign in where it identifies them: each of these alone.
    Middleware&& identifies_by(std::vector<SignInScheme> schemes) && {
        schemes_ = std::move(schemes);
        return std::move(*this);
    }
    const std::vector<SignInScheme>& schemes() const noexcept { return schemes_; }

    /// False when it was made of an empty std::function.
    explicit operator bool() const noexcept { return static_cast<bool>(function_); }
    Result<Response> operator()(Request& request, const Next& next) const {
        return function_(request, next);
    }

private:
    std::function<Result<Response>(Request&, const Next&)> function_;
    std::vector<std::string> sent_fields_;
    std::vector<SignInScheme> schemes_;
    std::vector<std::string> routes_;
    std::function<void(const std::vector<Route>&)> learn_;
};

}  // namespace kitchen::http
