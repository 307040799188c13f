#include "plugin/gate.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>

#include "config/section.h"
#include "kitchen/clock.h"
#include "kitchen/jobs.h"
#include "kitchen/metrics.h"
#include "kitchen/random.h"
#include "kitchen/tracing.h"

namespace kitchen::plugin {

namespace {

Error refuse(std::string code, std::string detail) {
    return Error(Errc::precondition_failed, std::move(code), std::move(detail));
}

std::string hex(std::uint64_t value) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%016llx", static_cast<unsigned long long>(value));
    return text;
}

std::string version(unsigned major, unsigned minor) {
    return std::to_string(major) + '.' + std::to_string(minor);
}

bool is_present(const char* text) { return text && *text; }

Status check_layout(const kitchen_plugin_descriptor& d) {
    if (d.magic != KITCHEN_PLUGIN_MAGIC)
        return refuse("bad_magic",
                      "its descriptor begins with " + hex(d.magic) + ", expected " +
                          hex(KITCHEN_PLUGIN_MAGIC) +
                          ": it is not a plugin of this program; export it with KITCHEN_PLUGIN");
    if (d.struct_size < sizeof(kitchen_plugin_descriptor))
        return refuse("bad_size", "its descriptor has " + std::to_string(d.struct_size) +
                                      " octets, expected at least " +
                                      std::to_string(sizeof(kitchen_plugin_descriptor)) +
                                      ": rebuild it with the headers of this kernel");
    const std::string ours = version(KITCHEN_API_MAJOR, KITCHEN_API_MINOR);
    const std::string theirs = version(d.api_major, d.api_minor);
    if (d.api_major != KITCHEN_API_MAJOR)
        return refuse("api_mismatch",
                      "it was built for API " + theirs + ", this kernel has " + ours + ": " +
                          (d.api_major > KITCHEN_API_MAJOR
                               ? "install a newer kernel, or an older release of the plugin"
                               : "rebuild it with the headers of this kernel"));
    if (d.api_minor > KITCHEN_API_MINOR)
        return refuse("api_mismatch",
                      "it needs API " + theirs + ", this kernel has " + ours +
                          ": install a newer kernel, or an older release of the plugin");
    if (!d.toolchain || std::string_view(d.toolchain) != KITCHEN_TOOLCHAIN)
        return refuse("toolchain_mismatch",
                      "it was built for '" + std::string(d.toolchain ? d.toolchain : "") +
                          "', this kernel for '" KITCHEN_TOOLCHAIN
                          "': rebuild it with the compiler and options of this kernel");
    return {};
}

Status check_names(const kitchen_plugin_descriptor& d) {
    if ((d.need_count && !d.needs) || (d.provide_count && !d.provides) ||
        (d.config_count && !d.config))
        return refuse("bad_descriptor",
                      "its descriptor counts entries of a list that is not there: declare it with "
                      "KITCHEN_PLUGIN");
    std::set<std::string_view> needed, provided;
    for (std::size_t i = 0; i < d.need_count; ++i) {
        const char* name = d.needs[i].interface_name;
        if (!is_present(name) || !is_interface_name(name))
            return refuse("bad_descriptor", "it needs '" + std::string(name ? name : "") +
                                                "', which is not written like store/1");
        if (!needed.insert(name).second)
            return refuse("bad_descriptor", "it lists its need of " + std::string(name) + " twice");
    }
    for (std::size_t i = 0; i < d.provide_count; ++i) {
        const char* name = d.provides[i];
        if (!is_present(name) || !is_interface_name(name))
            return refuse("bad_descriptor", "it provides '" + std::string(name ? name : "") +
                                                "', which is not written like store/1");
        if (is_kernel_interface(name))
            return refuse("bad_descriptor",
                          "it provides " + std::string(name) + ", which is the kernel's own");
        if (!provided.insert(name).second)
            return refuse("bad_descriptor",
                          "it lists " + std::string(name) + " twice in what it provides");
    }
    return {};
}

}  // namespace

bool is_interface_name(std::string_view name) {
    const std::size_t slash = name.find('/');
    if (slash == 0 || slash == std::string_view::npos || slash + 1 == name.size() ||
        name.size() > 100)
        return false;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return std::all_of(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(slash),
                       [&](char c) {
                           return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_' ||
                                  c == '.';
                       }) &&
           std::all_of(name.begin() + static_cast<std::ptrdiff_t>(slash) + 1, name.end(), is_digit);
}

bool is_kernel_interface(std::string_view name) {
    return name == Clock::interface_name || name == Random::interface_name ||
           name == Jobs::interface_name || name == Metrics::interface_name ||
           name == Tracing::interface_name;
}

Status check_descriptor(const kitchen_plugin_descriptor& d, std::string_view expected_id) {
    if (Status layout = check_layout(d); !layout) return layout;
    if (!is_present(d.id) || !is_present(d.version) || !d.summary)
        return refuse("bad_descriptor",
                      "its descriptor lacks an id, a version or a summary: fill them in where "
                      "KITCHEN_PLUGIN is used");
    if (d.id != expected_id)
        return refuse("wrong_id", "the library says that its id is '" + std::string(d.id) +
                                      "', expected '" + std::string(expected_id) +
                                      "': list it under its own id, and name the file after it");
    if (!d.create || !d.destroy)
        return refuse("bad_descriptor",
                      "its descriptor lacks create or destroy: declare it with KITCHEN_PLUGIN");
    if (Status names = check_names(d); !names) return names;
    if (const auto problem = config::check_declaration({d.config, d.config_count}))
        return refuse("bad_descriptor", *problem + ": correct its declaration in the plugin");
    return {};
}

}  // namespace kitchen::plugin
