// What a plugin reaches at start: the interfaces that others provide, found by the type's
// `interface_name`.
//
//     store_ = &services.get<Store>();
//
// A plugin may only ask for what its descriptor names in `needs` (plus the kernel's own clock/1,
// random/1, jobs/1, metrics/1 and tracing/1); anything else throws std::logic_error. References
// stay valid until the plugin's stop() has returned.
//
// Thread-safety: to be used during start(), on the thread that calls it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "kitchen/log.h"

namespace kitchen {

class Services {
public:
    virtual ~Services() = default;

    /// Throws when no provider is bound: cannot happen for a required need.
    template <class T>
    T& get() const {
        if (T* found = find<T>()) return *found;
        throw std::logic_error("no provider of " + std::string(T::interface_name));
    }
    /// nullptr when no provider is bound: for optional needs.
    template <class T>
    T* find() const {
        return static_cast<T*>(lookup(T::interface_name));
    }

    /// Tagged with the plugin's id.
    virtual Logger& log() const = 0;

protected:
    virtual void* lookup(std::string_view interface_name) const = 0;
};

}  // namespace kitchen
