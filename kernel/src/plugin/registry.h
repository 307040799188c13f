// Which object stands behind an interface: the kernel's own, and those of the providers that are
// bound.
//
// Thread-safety: changed on one thread during start-up; lookups from any thread once that is over.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace kitchen::plugin {

class Registry {
public:
    void add(std::string_view interface_name, void* service) {
        services_[std::string(interface_name)] = service;
    }
    void remove(std::string_view interface_name) { services_.erase(std::string(interface_name)); }
    /// nullptr when there is none.
    void* find(std::string_view interface_name) const {
        const auto found = services_.find(interface_name);
        return found == services_.end() ? nullptr : found->second;
    }

private:
    std::map<std::string, void*, std::less<>> services_;
};

}  // namespace kitchen::plugin
