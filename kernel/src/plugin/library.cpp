#include "plugin/library.h"

#include <algorithm>
#include <exception>

#include <boost/dll/shared_library.hpp>
#include <dlfcn.h>
#include <unistd.h>

#include "config/section.h"
#include "observe/current_plugin.h"
#include "plugin/build_note.h"
#include "plugin/gate.h"

namespace kitchen::plugin {

namespace {

constexpr const char* plugin_symbol = "kitchen_plugin";

Error library_refusal(std::string code, std::string detail) {
    return Error(Errc::precondition_failed, std::move(code), std::move(detail));
}

/// What the dynamic linker says, made useful where its words do not tell what to do.
std::string explain(std::string message) {
    for (const char* prefix : {"__asan", "__tsan", "__ubsan", "__sanitizer"})
        if (message.find(std::string("undefined symbol: ") + prefix) != std::string::npos)
            return message +
                   "; it was built with a sanitizer and this kernel was not: build both with the "
                   "same KITCHEN_SANITIZE";
    if (message.find("undefined symbol") != std::string::npos)
        return message + "; build it with kitchen_add_plugin(), which finds this when linking";
    return message;
}

Result<Manifest> open(const std::filesystem::path& path, std::string_view note,
                      std::string_view id) {
    namespace dll = boost::dll;
    const auto never_unload = static_cast<dll::load_mode::type>(RTLD_NODELETE);
    boost::system::error_code ignored;
    dll::shared_library library;
    try {
        library.load(path.string(), ignored,
                     dll::load_mode::rtld_now | dll::load_mode::rtld_local | never_unload);
    } catch (...) {
        // Of a static initialiser. The dynamic linker still holds its lock: the process cannot go
        // on, and report_crashes() names the library in its last line.
        std::terminate();
    }
    if (!library.is_loaded()) {
        // Boost keeps only "bad file descriptor"; the linker's own words are still to be had by
        // trying again.
        ::dlerror();
        void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
        const char* reason = handle ? "the dynamic linker changed its mind" : ::dlerror();
        return library_refusal("not_loadable",
                               "cannot be loaded: " + explain(reason ? reason : "unknown reason"));
    }
    if (!library.has(plugin_symbol))
        return library_refusal(
            "no_symbol",
            path.string() +
                " does not export 'kitchen_plugin': KITCHEN_PLUGIN is missing from its "
                "plugin.cpp");
    const auto& descriptor = library.get<const PluginDescriptor>(plugin_symbol);
    if (Status passed = check_descriptor(descriptor, note, id); !passed)
        return std::move(passed).error();
    std::vector<SettingKey> settings = descriptor.settings();
    if (const auto problem = config::check_declaration(settings))
        return library_refusal("bad_descriptor",
                               *problem + ": correct its describe() in the plugin");
    return Manifest(descriptor, std::move(settings), path);
}

}  // namespace

bool Manifest::uses(std::string_view interface_name) const noexcept {
    return std::any_of(interfaces().begin(), interfaces().end(), [&](const InterfaceUse& use) {
        return use.kind != InterfaceUse::Kind::provides && use.name == interface_name;
    });
}

bool Manifest::provides(std::string_view interface_name) const noexcept {
    return std::any_of(interfaces().begin(), interfaces().end(), [&](const InterfaceUse& use) {
        return use.kind == InterfaceUse::Kind::provides && use.name == interface_name;
    });
}

Result<Manifest> load_library(const std::filesystem::path& file, std::string_view id) {
    std::error_code failure;
    const std::filesystem::path path = std::filesystem::absolute(file, failure);
    if (failure || !std::filesystem::exists(path, failure))
        return library_refusal("no_file", "there is no file " + path.string());
    if (!std::filesystem::is_regular_file(path, failure))
        return library_refusal("no_file", path.string() + " is not a regular file");
    if (::access(path.c_str(), R_OK) != 0)
        return library_refusal(
            "unreadable", path.string() + " cannot be read: give this user permission to read it");

    auto note = read_build_note(path);
    if (!note) return std::move(note).error();
    if (Status fits = check_build(*note, KITCHEN_BUILD); !fits) return std::move(fits).error();
    try {
        const std::string where = "while " + path.string() + " is loaded";
        const observe::CurrentPlugin current(id, where);
        return open(path, *note, id);
    } catch (const std::exception& e) {  // of describe()
        return library_refusal(
            "not_loadable", path.string() + " threw while it described its settings: " + e.what());
    } catch (...) {
        return library_refusal("not_loadable",
                               path.string() + " threw while it described its settings");
    }
}

std::vector<std::string> library_ids(const std::filesystem::path& directory) {
    std::vector<std::string> ids;
    std::error_code failure;
    for (std::filesystem::directory_iterator it(directory, failure), end; !failure && it != end;
         it.increment(failure))
        if (it->path().extension() == ".so") ids.push_back(it->path().stem().string());
    std::sort(ids.begin(), ids.end());
    return ids;
}

}  // namespace kitchen::plugin
