#include "plugin/guarded.h"

#include <exception>
#include <string>

#include "observe/current_plugin.h"

namespace kitchen::plugin {

Status guarded(std::string_view plugin, std::string_view what,
               const std::function<Status()>& call) {
    const auto failed = [&](const std::string& why) {
        return Error(
            Errc::internal, "plugin_failed",
            "plugin '" + std::string(plugin) + "' failed in " + std::string(what) + ": " + why);
    };
    const observe::CurrentPlugin current(plugin, what);
    try {
        return call();
    } catch (const std::exception& e) {
        return failed(e.what());
    } catch (...) {
        return failed("it threw something that is not a std::exception");
    }
}

}  // namespace kitchen::plugin
