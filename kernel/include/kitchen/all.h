// Every provider of an interface: an extension point. A plugin that names All<CheckoutStep> in
// KITCHEN_PLUGIN lets any number of plugins take part in what it does.
//
// Thread-safety: immutable. Ownership: the services belong to their plugins, which start before the
// user of All and stop after it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kitchen/error.h"
#include "kitchen/result.h"

namespace kitchen {

namespace detail {

/// One plugin behind an interface that many provide.
struct Provider {
    std::string plugin;
    void* service;
};

/// Makes a call into a plugin: whatever it throws becomes an error that names the plugin.
using Guard = Status (*)(std::string_view plugin, std::string_view what,
                         const std::function<Status()>& call);

}  // namespace detail

template <class T>
class All {
public:
    using Service = T;
    struct Member {
        std::string plugin;  ///< the id of its provider
        T* service;
    };

    /// By hand in tests; else by KITCHEN_PLUGIN.
    explicit All(std::vector<Member> members = {}, detail::Guard guard = nullptr)
        : members_(std::move(members)), guard_(guard) {}

    /// In the order of the configuration.
    auto begin() const noexcept { return members_.begin(); }
    auto end() const noexcept { return members_.end(); }
    std::size_t size() const noexcept { return members_.size(); }

    /// Calls one: `call` takes nothing and returns a Status. Errors: what `call` returns; internal
    /// "plugin_failed" naming the plugin when it throws.
    template <class Call>
    Status call(const Member& member, Call&& call) const {
        if (!guard_) return call();
        return guard_(member.plugin, T::interface_name, call);
    }

private:
    std::vector<Member> members_;
    detail::Guard guard_;
};

}  // namespace kitchen
