// Who gets what from whom, and in which order plugins start. Works on names alone, so that
// everything about it can be tested and printed without loading anything.
//
// Thread-safety: pure function.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "kitchen/plugin.h"

namespace kitchen::plugin {

struct ResolverNeed {
    std::string interface_name;
    InterfaceUse::Kind kind = InterfaceUse::Kind::needs;
};

/// One plugin.
struct ResolverNode {
    std::string id;
    bool required =
        true;  ///< false: left out, with those that need it, when it cannot be satisfied
    std::vector<ResolverNeed> needs;
    std::vector<std::string> provides;
    config::Mark mark;
};

/// The user's choice of a provider.
struct ResolverBind {
    std::string interface_name;
    std::string plugin;
    config::Mark mark;
};

struct Resolution {
    struct Skipped {
        std::string id, reason;
    };
    struct Problem {
        std::string message;
        config::Mark mark;
    };
    std::vector<std::string> order;  ///< providers before those that need them; otherwise as listed
    std::map<std::string, std::string> bindings;  ///< interface → id of its provider
    std::vector<Skipped> skipped;
    std::vector<std::string> warnings;
    std::vector<Problem> problems;  ///< all of them; when there is any, the rest is of no use
};

/// Needs of the kernel's own interfaces must have been left out. One provider of an interface binds
/// by itself; of several, `binds` chooses, save for those who use all of them. A bind whose target
/// was skipped before (`absent`) leaves the interface without a provider: a choice is never
/// replaced by another.
/// `installed`: plugins that could be listed; one that is called like a missing interface is named.
Resolution resolve(const std::vector<ResolverNode>& nodes, const std::vector<ResolverBind>& binds,
                   const std::vector<std::string>& absent = {},
                   const std::vector<std::string>& installed = {});

}  // namespace kitchen::plugin
