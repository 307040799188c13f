// Decides whether a descriptor may be trusted, before any code of the plugin is called. Every
// refusal says what was found, what was expected and how to make it fit.
//
// Thread-safety: pure functions.
#pragma once

#include <string_view>

#include "kitchen/plugin.h"
#include "kitchen/result.h"

namespace kitchen::plugin {

/// `note` is what the library's file says it was built for, `expected_id` the id under which the
/// plugin is listed. Reads no further than what the fields before have vouched for.
Status check_descriptor(const PluginDescriptor& descriptor, std::string_view note,
                        std::string_view expected_id);

/// "store/1": a lower-case name and a whole number.
bool is_interface_name(std::string_view name);

/// The interfaces that the kernel itself provides to every plugin.
bool is_kernel_interface(std::string_view name);

}  // namespace kitchen::plugin
