// A call into a plugin's code: whatever it throws becomes an error that names the plugin, and so
// does the last line of a process that crashes in it.
//
// Thread-safety: any thread.
#pragma once

#include <functional>
#include <string_view>

#include "kitchen/result.h"

namespace kitchen::plugin {

/// `what` is the phase or the interface. Errors: what `call` returns; internal "plugin_failed" with
/// the detail "plugin 'x' failed in start: …".
Status guarded(std::string_view plugin, std::string_view what, const std::function<Status()>& call);

}  // namespace kitchen::plugin
