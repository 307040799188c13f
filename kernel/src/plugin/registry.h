// Which objects stand behind an interface: the kernel's own, and those of its providers.
//
// Thread-safety: changed on one thread during start-up; lookups from any thread once that is over.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kitchen/all.h"

namespace kitchen::plugin {

class Registry {
public:
    /// The one that those get who need one.
    void bind(std::string_view interface_name, detail::Provider provider) {
        bound_[std::string(interface_name)] = std::move(provider);
    }
    /// One of those that All gives, in the order of their places.
    void add(std::string_view interface_name, std::size_t place, detail::Provider provider) {
        all_[std::string(interface_name)][place] = std::move(provider);
    }
    /// Everything that the plugin provides.
    void remove(std::string_view plugin) {
        std::erase_if(bound_, [&](const auto& entry) { return entry.second.plugin == plugin; });
        for (auto& entry : all_)
            std::erase_if(entry.second,
                          [&](const auto& provider) { return provider.second.plugin == plugin; });
    }
    /// nullptr when there is none.
    void* find(std::string_view interface_name) const {
        const auto found = bound_.find(interface_name);
        return found == bound_.end() ? nullptr : found->second.service;
    }
    std::vector<detail::Provider> all(std::string_view interface_name) const {
        std::vector<detail::Provider> providers;
        if (const auto found = all_.find(interface_name); found != all_.end())
            for (const auto& entry : found->second) providers.push_back(entry.second);
        return providers;
    }

private:
    std::map<std::string, detail::Provider, std::less<>> bound_;
    std::map<std::string, std::map<std::size_t, detail::Provider>, std::less<>> all_;
};

}  // namespace kitchen::plugin
