#include "plugin/gate.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>

#include "kitchen/clock.h"
#include "kitchen/jobs.h"
#include "kitchen/metrics.h"
#include "kitchen/random.h"
#include "kitchen/tracing.h"
#include "kitchen/waits.h"

namespace kitchen::plugin {

namespace {

Error gate_refusal(std::string code, std::string detail) {
    return Error(Errc::precondition_failed, std::move(code), std::move(detail));
}

std::string hex(std::uint64_t value) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%016llx", static_cast<unsigned long long>(value));
    return text;
}

bool is_present(const char* text) { return text && *text; }

Status check_layout(const PluginDescriptor& d, std::string_view note) {
    if (d.magic != plugin_magic)
        return gate_refusal(
            "bad_magic", "its descriptor begins with " + hex(d.magic) + ", expected " +
                             hex(plugin_magic) +
                             ": it is not a plugin of this program; export it with KITCHEN_PLUGIN");
    const std::string_view build = d.build ? d.build : "";
    if (build != note)
        return gate_refusal("false_note", "its file says that it was built for '" +
                                              std::string(note) + "', its descriptor says '" +
                                              std::string(build) +
                                              "': build it with KITCHEN_PLUGIN alone");
    return {};
}

Status check_interfaces(const PluginDescriptor& d) {
    std::set<std::string_view> used, provided;
    for (const InterfaceUse& use : d.interfaces) {
        const std::string name(use.name);
        const bool provides = use.kind == InterfaceUse::Kind::provides;
        if (!is_interface_name(name))
            return gate_refusal("bad_descriptor", "it names the interface '" + name +
                                                      "', which is not written like store/1");
        if (provides && is_kernel_interface(name))
            return gate_refusal("bad_descriptor",
                                "it provides " + name + ", which is the kernel's own");
        if (!(provides ? provided : used).insert(use.name).second)
            return gate_refusal("bad_descriptor", "it lists " + name + " twice in what it " +
                                                      (provides ? "provides" : "needs"));
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
           name == Tracing::interface_name || name == Waits::interface_name;
}

Status check_descriptor(const PluginDescriptor& d, std::string_view note,
                        std::string_view expected_id) {
    if (Status layout = check_layout(d, note); !layout) return layout;
    if (!is_present(d.id) || !is_present(d.version) || !is_present(d.summary))
        return gate_refusal(
            "bad_descriptor",
            "its descriptor lacks an id, a version or a summary: fill them in where "
            "KITCHEN_PLUGIN is used");
    if (d.id != expected_id)
        return gate_refusal(
            "wrong_id", "the library says that its id is '" + std::string(d.id) + "', expected '" +
                            std::string(expected_id) +
                            "': list it under its own id, and name the file after it");
    if (!d.create || !d.settings || !d.check_settings)
        return gate_refusal("bad_descriptor",
                            "its descriptor lacks a function: declare it with KITCHEN_PLUGIN");
    return check_interfaces(d);
}

}  // namespace kitchen::plugin
