// Which object stands behind an interface: key = interface and instance (the id of the plugin that
// provides it), and which instance is bound. The kernel's own interfaces have the instance
// "kernel".
//
// Thread-safety: changed on one thread during start-up; lookups from any thread once that is over.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kitchen::plugin {

class Registry {
public:
    static constexpr std::string_view kernel_instance = "kernel";

    /// Throws std::logic_error when that instance is there already.
    void add(std::string_view interface_name, std::string_view instance, void* service);
    void remove_instance(std::string_view instance);
    /// Replaces all bindings by these (interface → instance); those of the kernel stay.
    void bind(const std::map<std::string, std::string>& bindings);

    void* find(std::string_view interface_name, std::string_view instance) const;
    /// The bound instance's object; nullptr when none is.
    void* bound(std::string_view interface_name) const;

private:
    std::map<std::pair<std::string, std::string>, void*> services_;
    std::map<std::string, std::string, std::less<>> bindings_;
};

}  // namespace kitchen::plugin
