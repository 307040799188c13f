#include "cli/commands.h"

#include <algorithm>
#include <ostream>
#include <vector>

#include "cli/files.h"
#include "cli/terminal.h"
#include "host/kernel.h"
#include "host/plugin_data.h"

namespace kitchen::cli {

using host::DataOfPlugin;
using host::Kernel;
using host::StartError;
using plugin::Instance;

namespace {

/// A kind of thing, which one, and what there is to say of it.
using Lines = std::vector<std::vector<std::string>>;

std::string counted(std::int64_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

const Instance* find_constructed(const Kernel& kernel, const std::string& id) {
    for (const Instance* instance : kernel.plugins().order())
        if (instance->id() == id) return instance;
    return nullptr;
}

std::string_view phase_name(http::Phase phase) {
    switch (phase) {
        case http::Phase::observe: return "observe";
        case http::Phase::shield: return "shield";
        case http::Phase::identify: return "identify";
        case http::Phase::admit: return "admit";
        case http::Phase::perform: return "perform";
    }
    return "";
}

/// Who uses an interface of the plugin, which is on.
void add_users(const Kernel& kernel, const Instance& plugin, std::string_view interface_name,
               Lines& lines) {
    const std::string name(interface_name);
    const bool is_bound = kernel.plugins().provider_of(name) == plugin.id();
    const std::size_t before = lines.size();
    for (const Instance* user : kernel.plugins().order())
        for (const InterfaceUse& use : user->manifest().interfaces()) {
            if (use.name != interface_name || user == &plugin) continue;
            if (use.kind == InterfaceUse::Kind::uses_all)
                lines.push_back({"interface", name, user->id() + " goes on with those of others"});
            else if (is_bound && use.kind == InterfaceUse::Kind::needs)
                lines.push_back({"interface", name, user->id() + " needs it"});
            else if (is_bound && use.kind == InterfaceUse::Kind::may_use)
                lines.push_back({"interface", name, user->id() + " goes on without it"});
        }
    if (lines.size() == before) lines.push_back({"interface", name, "not used"});
}

Lines declared_lines(const Kernel& kernel, const Instance& plugin) {
    const plugin::Declarations& declared = plugin.declarations();
    Lines lines;
    for (const http::Route& route : declared.routes)
        lines.push_back({"route", route.method + " " + route.pattern, route.summary_text});
    for (const InterfaceUse& use : plugin.manifest().interfaces())
        if (use.kind == InterfaceUse::Kind::provides) add_users(kernel, plugin, use.name, lines);
    for (const plugin::DeclaredMiddleware& one : declared.middleware)
        lines.push_back({"middleware", one.name, "phase " + std::string(phase_name(one.phase))});
    for (const plugin::DeclaredPeriodic& one : declared.periodics)
        lines.push_back(
            {"periodic job", one.name, "every " + std::to_string(one.interval.count()) + " ms"});
    for (const plugin::DeclaredCheck& one : declared.checks)
        lines.push_back({"health check", one.name, one.required ? "required" : ""});
    for (const Command& command : declared.commands)
        lines.push_back({"command", command.name, command.summary});
    return lines;
}

Lines data_lines(const DataOfPlugin& data, const std::string& id) {
    Lines lines;
    for (const DataOfPlugin::Part& part : data.parts)
        lines.push_back({part.plugin == id ? "data" : "data in " + part.plugin, part.what,
                         counted(part.rows, "row")});
    return lines;
}

/// What the configuration says when the plugin is off.
void print_without(const std::string& id, const std::string& config_file, std::ostream& out) {
    host::KernelOptions options = quiet_kernel_options(config_file);
    options.switched_off = id;
    options.log_sink = [](std::string_view) {};  // those that are left out are listed here
    Kernel without(std::move(options));
    try {
        without.load();
        without.construct();
    } catch (const StartError& refused) {
        out << "\nWithout it the configuration is refused:\n";
        for (const std::string& line : refused.lines()) out << "  " << line << '\n';
        return;
    }
    out << "\nWithout it the configuration is complete";
    for (const auto& gone : without.plugins().skipped())
        out << "; '" << gone.id << "' is left out: " << gone.reason;
    out << ".\n";
}

host::PluginData data_of(Kernel& kernel, const Instance& plugin) {
    auto* const transfer =
        static_cast<StoreTransfer*>(kernel.service(StoreTransfer::interface_name));
    if (!transfer)
        throw StartError(ExitCode::plugin,
                         "the tables of this store cannot be listed: no plugin "
                         "provides " +
                             std::string(StoreTransfer::interface_name));
    return {kernel, *transfer, plugin};
}

void print_unasked(std::ostream& out, const DataOfPlugin& data) {
    for (const std::string& sentence : data.unasked) out << sentence << '\n';
}

}  // namespace

ExitCode plugin_impact(const std::string& id, const std::string& config_file, std::ostream& out) {
    Kernel kernel(quiet_kernel_options(config_file));
    kernel.load();
    kernel.construct();
    std::string unreachable;
    try {
        kernel.start_store();
    } catch (const StartError& e) {
        unreachable = e.what();
    }
    const Instance* const found = find_constructed(kernel, id);
    const Instance& plugin = found ? *found : kernel.construct_beside(id);
    out << id << ' ' << plugin.manifest().version() << (found ? " is on: " : " is off: ")
        << plugin.manifest().summary() << "\n\n";
    Lines lines = found ? declared_lines(kernel, plugin) : Lines();
    Result<DataOfPlugin> data = Error(Errc::unavailable, "store_unreachable", unreachable);
    if (unreachable.empty()) data = data_of(kernel, plugin).read();
    if (data)
        for (auto& line : data_lines(*data, id)) lines.push_back(std::move(line));
    if (lines.empty()) out << (found ? "Nothing goes quiet.\n" : "It has nothing in the store.\n");
    print_table(out, lines);
    if (data) print_unasked(out, *data);
    if (!data) out << "\nIts rows are not known: " << data.error().detail << '\n';
    if (found) print_without(id, config_file, out);
    return ExitCode::ok;
}

ExitCode purge_plugin(const std::string& id, const std::string& config_file, bool apply,
                      std::ostream& out) {
    Kernel kernel(quiet_kernel_options(config_file));
    kernel.load();
    kernel.construct();
    for (const config::PluginSettings& listed : kernel.settings().plugins)
        if (listed.id == id && listed.enabled)
            throw StartError(ExitCode::failed,
                             "plugin '" + id + "' is on. Set `enabled: false` in its entry in " +
                                 config_file +
                                 ", restart every server, and purge then; `plugins impact " + id +
                                 "` says what goes quiet");
    kernel.start_store();
    const Instance& plugin = kernel.construct_beside(id);
    host::PluginData store_data = data_of(kernel, plugin);
    const Result<DataOfPlugin> data = apply ? store_data.purge() : store_data.read();
    if (!data) throw StartError(ExitCode::failed, data.error().detail);
    print_table(out, data_lines(*data, id));
    print_unasked(out, *data);
    for (const std::string& table : data->referring)
        out << table << " refers to its tables: purge that plugin first\n";
    if (data->migrations == 0 && data->parts.empty())
        out << "it has nothing in the store\n";
    else if (apply)
        out << "removed, with " << counted(data->migrations, "migration")
            << "; switched on again it begins with nothing. A server that still runs it, which "
               "this command cannot see, lacks its tables: restart it.\n";
    else
        out << "would be removed, with " << counted(data->migrations, "migration")
            << "; --yes removes it. This command reads " << config_file
            << " and does not see servers that run: restart every one without the plugin first, or "
               "the tables go while it uses them.\n";
    return ExitCode::ok;
}

}  // namespace kitchen::cli
