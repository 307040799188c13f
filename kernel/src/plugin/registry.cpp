#include "plugin/registry.h"

#include <stdexcept>

namespace kitchen::plugin {

void Registry::add(std::string_view interface_name, std::string_view instance, void* service) {
    if (!services_.emplace(std::pair(std::string(interface_name), std::string(instance)), service)
             .second)
        throw std::logic_error("'" + std::string(instance) + "' provides " +
                               std::string(interface_name) + " twice");
    if (instance == kernel_instance) bindings_[std::string(interface_name)] = kernel_instance;
}

void Registry::remove_instance(std::string_view instance) {
    std::erase_if(services_, [&](const auto& entry) { return entry.first.second == instance; });
    std::erase_if(bindings_, [&](const auto& entry) { return entry.second == instance; });
}

void Registry::bind(const std::map<std::string, std::string>& bindings) {
    std::erase_if(bindings_, [](const auto& entry) { return entry.second != kernel_instance; });
    for (const auto& [interface_name, instance] : bindings) bindings_[interface_name] = instance;
}

void* Registry::find(std::string_view interface_name, std::string_view instance) const {
    const auto found =
        services_.find(std::pair(std::string(interface_name), std::string(instance)));
    return found == services_.end() ? nullptr : found->second;
}

void* Registry::bound(std::string_view interface_name) const {
    const auto binding = bindings_.find(interface_name);
    return binding == bindings_.end() ? nullptr : find(interface_name, binding->second);
}

}  // namespace kitchen::plugin
