// in-memory/1: said by a plugin whose data is in the memory of its process, as a cache or a store
// for tests. Another process does not see it, so a plugin that needs it cannot have one of its own
// (`isolate: process`).
//
//     class CacheMemory final : public Plugin, public InMemory { … setup.provide<InMemory>(*this);
//     } KITCHEN_PLUGIN(CacheMemory, …, kitchen::Provides<kitchen::InMemory>)
//
// Thread-safety: there is nothing to call.
#pragma once

#include <string_view>

namespace kitchen {

class InMemory {
public:
    using Interface = InMemory;
    static constexpr std::string_view interface_name = "in-memory/1";
    virtual ~InMemory() = default;
};

}  // namespace kitchen
