#include "cli/commands.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <ostream>
#include <vector>

#include <unistd.h>

#include "cli/config_schema.h"
#include "cli/files.h"
#include "cli/terminal.h"
#include "config/node.h"
#include "host/kernel.h"
#include "host/signals.h"
#include "isolate/described_routes.h"
#include "isolate/plugin_process.h"
#include "plugin/library.h"

namespace kitchen::cli {

using host::Kernel;
using host::StartError;

namespace {

std::string interfaces_text(const plugin::Manifest& manifest, bool provided) {
    std::string text;
    for (const InterfaceUse& use : manifest.interfaces()) {
        if ((use.kind == InterfaceUse::Kind::provides) != provided) continue;
        text += (text.empty() ? "" : ", ") + std::string(use.name) +
                (use.kind == InterfaceUse::Kind::may_use    ? "?"
                 : use.kind == InterfaceUse::Kind::uses_all ? "*"
                                                            : "");
    }
    return text.empty() ? "-" : text;
}

std::string access_text(const http::Route& route) {
    if (route.access == http::Access::anyone) return "anyone";
    if (route.access == http::Access::maybe_signed_in) return "anyone, signed in or not";
    if (route.access == http::Access::signed_in) return "signed in";
    if (route.access == http::Access::operators) return "operators";
    std::string text;
    for (const std::string& role : route.allowed_roles) text += (text.empty() ? "" : "|") + role;
    return text;
}

void hide_all(config::Node& node) {
    node.secret = true;
    for (config::Node& child : node.children) hide_all(child);
}

/// The configuration as it may be shown. What is a secret the plugin says; of one that was not
/// loaded every value may be.
config::Node without_secrets(const Kernel& kernel) {
    config::Node root = kernel.settings().root;
    const auto& loaded = kernel.plugins().order();
    for (config::Node& section : root.children) {
        if (section.key != "plugins") continue;
        for (config::Node& entry : section.children) {
            const config::Node* id = entry.find("id");
            const auto found = std::find_if(
                loaded.begin(), loaded.end(),
                [&](const plugin::Instance* instance) { return id && instance->id() == id->text; });
            for (config::Node& child : entry.children) {
                if (child.key != "config") continue;
                if (found == loaded.end())
                    hide_all(child);
                else
                    (*found)->section().hide_secrets(child);
            }
        }
    }
    return root;
}

/// Where the plugin would be loaded from; works on a configuration with mistakes too, as far as it
/// can be read.
std::filesystem::path file_of(const std::string& id, const std::string& config_file,
                              const std::string& plugin_dir) {
    std::filesystem::path directory = plugin_dir;
    if (!config_file.empty()) {
        const host::KernelOptions options = kernel_options(config_file);
        config::Diagnostics diagnostics(options.file);
        const config::Configuration settings =
            config::read_configuration(options.text, options.environment, diagnostics);
        for (const config::PluginSettings& plugin : settings.plugins)
            if (plugin.id == id && !plugin.path.empty()) return plugin.path;
        if (directory.empty()) directory = settings.server.plugin_dir;
    }
    if (directory.empty()) directory = host::default_plugin_dir();
    return directory / (id + ".so");
}

/// For as long as there is a log, signals are logged there.
class SignalLog {
public:
    SignalLog(host::SignalWatcher& signals, Logger& log) : signals_(signals) {
        signals_.log_to(&log);
    }
    ~SignalLog() {
        signals_.lift_limit();
        signals_.log_to(nullptr);
    }
    SignalLog(const SignalLog&) = delete;
    SignalLog& operator=(const SignalLog&) = delete;

private:
    host::SignalWatcher& signals_;
};

}  // namespace

namespace {

/// Until the signal that ends it.
ExitCode serve_until_signal(Kernel& kernel, host::SignalWatcher& signals) {
    kernel.load();
    // Before "serving" is logged: a supervisor that reads it may send a signal at once, and looks
    // for the answer.
    const SignalLog logged(signals, kernel.log());
    kernel.construct();
    // A plugin that waits for its database, and a handler that never returns, cannot be taken off
    // their threads.
    constexpr std::chrono::seconds grace(2);
    const auto busy = [&kernel] { return kernel.plugins().busy(); };
    signals.limit(grace, busy);
    kernel.answer_meanwhile();
    try {
        kernel.start_plugins();
        kernel.listen();
    } catch (const StartError& error) {
        if (!signals.stop_requested()) throw;
        kernel.log().info("stopped before it served", {{"reason", error.what()}});
        return ExitCode::ok;  // as asked
    }
    signals.lift_limit();
    signals.wait();
    const host::ExitTimer timer(
        kernel.settings().server.notice + kernel.settings().server.drain_timeout + grace,
        ExitCode::runtime, kernel.log(), busy);
    const bool clean = kernel.stop();
    return clean ? ExitCode::ok : ExitCode::runtime;
}

/// Where the last words of a process are kept for the next one: of the same configuration and
/// address, so that replicas on one machine have each their own.
std::filesystem::path crash_file(const std::string& config_file,
                                 const config::Configuration& settings) {
    const char* const state = std::getenv("STATE_DIRECTORY");  // systemd's
    const std::string who = std::filesystem::absolute(config_file).lexically_normal().string() +
                            ' ' + settings.server.listen + ' ' + std::to_string(::geteuid());
    char name[48];
    std::snprintf(name, sizeof name, "chuks-kitchen-crash-%016zx", std::hash<std::string>()(who));
    return (state ? std::filesystem::path(state) : settings.server.upload_folder) / name;
}

}  // namespace

namespace {

/// The other side of isolate::IsolatedPlugin, which hands over the text of `config_file`.
ExitCode serve_isolated(const std::string& config_file, const std::string& id) {
    isolate::join_server();
    host::block_signals();  // also SIGTERM: the server says when to stop
    isolate::ControlChannel control{UniqueFd(isolate::control_fd)};
    auto text = control.read();
    if (!text) return ExitCode::ok;
    host::KernelOptions options;
    options.file = config_file;
    options.text = *std::move(text);
    options.environment = config::process_environment();
    options.environment.folder = std::filesystem::absolute(config_file).parent_path();
    options.isolated = id;
    options.listening_fd = isolate::listening_fd;
    options.configured = [&id](const config::Configuration& settings, Logger&) {
        (void)host::keep_crashes(settings.log.format == config::LogFormat::json, {});
        for (const config::PluginSettings& entry : settings.plugins)
            if (entry.id == id)
                isolate::limit_memory(static_cast<std::uint64_t>(entry.memory.count));
    };
    Kernel kernel(std::move(options));
    try {
        kernel.load();
        kernel.construct();
        const auto& routes = kernel.plugins().find(id)->declarations().routes;
        control.write(Json::object({{"routes", isolate::describe(routes)}}).dump());
        if (!control.read()) return ExitCode::ok;
        kernel.start_plugins();
        kernel.listen();
        control.write("up");
    } catch (const std::exception& error) {
        control.write(Json::object({{"error", error.what()}}).dump());
        return ExitCode::start_up;
    }
    (void)control.read();  // until the server says so, or is gone
    return kernel.stop() ? ExitCode::ok : ExitCode::runtime;
}

}  // namespace

ExitCode serve(const std::string& config_file, const std::string& isolated) {
    if (!isolated.empty()) return serve_isolated(config_file, isolated);
    host::block_signals();
    host::SignalWatcher signals;
    host::KernelOptions options = kernel_options(config_file);
    options.isolates = true;
    options.cancelled = [&signals] { return signals.stop_requested(); };
    options.configured = [&config_file](const config::Configuration& settings, Logger& log) {
        const std::string last = host::keep_crashes(settings.log.format == config::LogFormat::json,
                                                    crash_file(config_file, settings));
        if (!last.empty()) log.error("the last run ended by a fault", {{"report", last}});
    };
    Kernel kernel(std::move(options));
    try {
        return serve_until_signal(kernel, signals);
    } catch (const StartError& error) {
        if (!kernel.log_failure(error)) throw;
        return error.code();
    } catch (const std::exception& error) {
        if (!kernel.log_failure(StartError(ExitCode::runtime, error.what()))) throw;
        return ExitCode::runtime;
    }
}

ExitCode check_config(const std::string& config_file, bool show, bool probe, std::ostream& out) {
    Kernel kernel(quiet_kernel_options(config_file));
    kernel.load();
    kernel.construct();
    if (probe) kernel.probe();
    if (show)
        out << config::render(without_secrets(kernel));
    else
        out << config_file << ": ok\n";
    return ExitCode::ok;
}

ExitCode list_plugins(const std::string& config_file, std::ostream& out) {
    Kernel kernel(quiet_kernel_options(config_file));
    kernel.load();
    std::vector<std::vector<std::string>> rows{
        {"PLUGIN", "VERSION", "NEEDS", "PROVIDES", "SUMMARY"}};
    for (const plugin::Instance* instance : kernel.plugins().order()) {
        const plugin::Manifest& m = instance->manifest();
        rows.push_back({std::string(m.id()), std::string(m.version()), interfaces_text(m, false),
                        interfaces_text(m, true), std::string(m.summary())});
    }
    for (const auto& gone : kernel.plugins().skipped())
        rows.push_back({gone.id, "-", "-", "-", "left out: " + gone.reason});
    print_table(out, rows);
    return ExitCode::ok;
}

ExitCode inspect_plugin(const std::string& id, const std::string& config_file,
                        const std::string& plugin_dir, bool markdown, std::ostream& out) {
    auto manifest = plugin::load_library(file_of(id, config_file, plugin_dir), id);
    if (!manifest)
        throw StartError(ExitCode::plugin, "plugin '" + id + "': " + manifest.error().detail);
    if (markdown) {
        out << settings_table(manifest->settings());
        return ExitCode::ok;
    }
    const PluginDescriptor& d = manifest->descriptor();
    out << "id         " << d.id << "\nversion    " << d.version << "\nsummary    " << d.summary
        << "\nfile       " << manifest->file().string() << "\nbuilt for  " << d.build
        << "\nneeds      " << interfaces_text(*manifest, false) << "\nprovides   "
        << interfaces_text(*manifest, true) << '\n';
    if (manifest->settings().empty()) return ExitCode::ok;
    std::vector<std::vector<std::string>> rows{{"KEY", "TYPE", "DEFAULT", "LIMITS", "SUMMARY"}};
    for (const SettingKey& key : manifest->settings()) {
        const std::string fallback = key.required                 ? "(required)"
                                     : !key.default_value         ? "-"
                                     : key.default_value->empty() ? "''"
                                                                  : *key.default_value;
        rows.push_back({key.key, type_name(key.type), fallback,
                        key.limits.empty() ? "-" : key.limits, key.summary});
    }
    out << '\n';
    print_table(out, rows);
    return ExitCode::ok;
}

ExitCode print_config_schema(const std::string& plugin_dir, std::ostream& out, std::ostream& err) {
    const std::filesystem::path directory =
        plugin_dir.empty() ? host::default_plugin_dir() : std::filesystem::path(plugin_dir);
    std::vector<DescribedPlugin> plugins;
    for (const std::string& id : plugin::library_ids(directory)) {
        auto manifest = plugin::load_library(directory / (id + ".so"), id);
        if (manifest)
            plugins.push_back({id, std::string(manifest->summary()), manifest->settings()});
        else
            err << "left out: plugin '" << id << "': " << manifest.error().detail << '\n';
    }
    out << config_schema(plugins).dump() << '\n';
    return ExitCode::ok;
}

ExitCode list_routes(const std::string& config_file, std::ostream& out) {
    Kernel kernel(quiet_kernel_options(config_file));
    kernel.load();
    kernel.construct();
    std::vector<std::vector<std::string>> rows;
    for (const http::Route& route : kernel.server().routes())
        rows.push_back({route.method, route.pattern, access_text(route), route.plugin});
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
        return std::tie(a[1], a[0]) < std::tie(b[1], b[0]);
    });
    rows.insert(rows.begin(), {"METHOD", "PATTERN", "ACCESS", "PLUGIN"});
    print_table(out, rows);
    return ExitCode::ok;
}

}  // namespace kitchen::cli
