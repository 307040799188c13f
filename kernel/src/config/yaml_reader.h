// Reads YAML into our own tree. The one place that knows the YAML library.
//
// The input may be hostile: its size, nesting, and the number of nodes and bytes after aliases
// have been expanded are capped, so that no document can exhaust memory or the stack.
//
// Thread-safety: pure function.
#pragma once

#include <cstddef>
#include <string_view>

#include "config/diagnostics.h"
#include "config/node.h"

namespace kitchen::config {

struct YamlLimits {
    std::size_t file_bytes = 256 * 1024;
    std::size_t depth = 32;
    std::size_t nodes = 20'000;            ///< aliases expanded
    std::size_t text_bytes = 1024 * 1024;  ///< of all scalars together, aliases expanded
};

/// The first (and only) document of `text`. Every mistake goes to `diagnostics`; what could be read
/// is returned even then (a null node when nothing could). Duplicate keys, keys that are not text,
/// texts that hold a NUL or are not UTF-8, tags other than !env and !file are mistakes.
Node read_yaml(std::string_view text, Diagnostics& diagnostics, const YamlLimits& limits = {});

}  // namespace kitchen::config
