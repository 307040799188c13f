// The configuration as our own tree, each node with the place it came from: nothing above this
// header sees the YAML library.
//
// Thread-safety: plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"

namespace kitchen::config {

struct Node {
    enum class Kind { null, scalar, sequence, map };

    Kind kind = Kind::null;
    Mark mark;
    std::string key;  ///< when this is an entry of a map
    Mark key_mark;
    std::string text;     ///< of a scalar, after substitution
    std::string tag;      ///< "!env" or "!file" until it has been resolved
    bool secret = false;  ///< came from !env or !file: never shown
    bool unresolved =
        false;  ///< substitution failed and was reported: not to be checked any further
    std::vector<Node> children;  ///< items of a sequence, entries of a map in the order of the file

    /// An entry of a map, or nullptr.
    const Node* find(std::string_view name) const noexcept {
        if (kind == Kind::map)
            for (const Node& child : children)
                if (child.key == name) return &child;
        return nullptr;
    }
};

/// "a map", "a sequence", "text", "nothing": for messages.
std::string_view describe(Node::Kind kind) noexcept;

/// The tree as YAML-like text, two spaces a level, with every secret shown as ********. Text is
/// quoted; of keys, those that are more than letters, digits and "_-./".
std::string render(const Node& node);

/// What stands for a secret wherever one would be shown.
inline constexpr std::string_view mask = "********";

}  // namespace kitchen::config
