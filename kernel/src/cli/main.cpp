// The command line of chuks-kitchen.
#include <algorithm>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "host/exit_code.h"
#include "host/signals.h"
#include "host/version.h"

namespace kitchen::cli {

namespace {

constexpr std::string_view built_in[] = {"serve",  "check-config", "config-schema", "plugins",
                                         "routes", "migrate",      "check-data",    "store"};

/// The arguments as far as they have to be understood before it is known who understands them:
/// which sub-command, which configuration.
struct Outline {
    std::string command;
    std::string config;
    std::vector<std::string> rest;  ///< without the command and --config
};

Outline outline(const std::vector<std::string>& arguments) {
    Outline out;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument == "--config" && i + 1 < arguments.size())
            out.config = arguments[++i];
        else if (argument.starts_with("--config="))
            out.config = argument.substr(9);
        else if (out.command.empty() && !argument.starts_with('-'))
            out.command = argument;
        else
            out.rest.push_back(argument);
    }
    return out;
}

int to_int(ExitCode code) { return static_cast<int>(code); }

/// The built-in part, understood by CLI11.
class BuiltIn {
public:
    BuiltIn(std::ostream& out, std::ostream& err) : out_(out), err_(err) {
        app_.set_version_flag("--version", std::string("chuks-kitchen ") + host::kernel_version);
        app_.footer(
            std::string(
                "Further commands come from plugins: --help --config FILE lists them.\n\n") +
            host::exit_code_help);
        app_.add_option("--config", top_config_,
                        "With --help: also list the commands of the plugins in this configuration");
        app_.require_subcommand(1);
        add(app_, "serve", "Serve the kitchen until SIGTERM or SIGINT", true,
            [this] { return serve(config_, isolated_); })
            ->add_option("--isolated", isolated_)
            ->group("");  // for the server itself: see isolate/
        CLI::App* check =
            add(app_, "check-config", "Check a configuration and its plugins; touches nothing",
                true, [this] { return check_config(config_, show_, probe_, out_); });
        check->add_flag("--show", show_, "Print the effective configuration, secrets masked");
        check->add_flag("--probe", probe_,
                        "Also connect to the store, and see whether the address is free");
        CLI::App* plugins = app_.add_subcommand("plugins", "Look at plugins");
        plugins->require_subcommand(1);
        add(*plugins, "list", "The plugins of a configuration, in the order in which they start",
            true, [this] { return list_plugins(config_, out_); });
        CLI::App* inspect = add(
            *plugins, "inspect", "What one plugin says of itself, its configuration keys too",
            false, [this] { return inspect_plugin(id_, config_, plugin_dir_, markdown_, out_); });
        inspect->add_option("id", id_, "The plugin's id")->required();
        inspect->add_option("--plugin-dir", plugin_dir_,
                            "Where it lies, in place of the configured directory");
        inspect->add_flag("--markdown", markdown_, "Only the table of keys, for a README");
        CLI::App* impact = add(*plugins, "impact", "What goes quiet when a plugin is switched off",
                               true, [this] { return plugin_impact(id_, config_, out_); });
        impact->add_option("id", id_, "The plugin's id")->required();
        CLI::App* purge = add(*plugins, "purge",
                              "Remove the data of a plugin that is off: without --yes, only say "
                              "what would go",
                              true, [this] { return purge_plugin(id_, config_, yes_, out_); });
        purge->add_option("id", id_, "The plugin's id")->required();
        purge->add_flag("--yes", yes_, "Remove it");
        CLI::App* schema =
            app_.add_subcommand("config-schema",
                                "The JSON Schema of a configuration file with the plugins that are "
                                "installed, for editors");
        schema->add_option("--plugin-dir", plugin_dir_, "Where the plugins lie");
        schema->callback(
            [this] { action_ = [this] { return print_config_schema(plugin_dir_, out_, err_); }; });
        add(app_, "routes", "Every route: method, pattern, who may call it, plugin", true,
            [this] { return list_routes(config_, out_); });
        CLI::App* migrations = app_.add_subcommand("migrate", "The database's schema");
        migrations->require_subcommand(1);
        add(*migrations, "plan", "Show what would be applied", true,
            [this] { return migrate(config_, false, out_); });
        add(*migrations, "apply", "Apply what is missing", true,
            [this] { return migrate(config_, true, out_); });
        add(app_, "check-data", "Whether what must hold in the tables of each plugin does", true,
            [this] { return check_data(config_, out_); });
        CLI::App* store = app_.add_subcommand("store", "The database's content");
        store->require_subcommand(1);
        CLI::App* copy = store->add_subcommand(
            "copy", "Copy everything into the empty store of another configuration, and compare");
        copy->add_option("--from", from_,
                         "The configuration of the store to read; its server must be stopped")
            ->required();
        copy->add_option("--to", to_, "The configuration of the store to fill")->required();
        copy->callback([this] { action_ = [this] { return copy_store(from_, to_, out_); }; });
    }

    int run(const Outline& outline, const std::vector<std::string>& arguments) {
        try {
            app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
        } catch (const CLI::CallForHelp& e) {
            app_.exit(e, out_, err_);
            if (outline.command.empty() && !outline.config.empty()) {
                out_ << "\nCommands of the plugins in " << outline.config << ":\n";
                for (const std::string& line : plugin_command_summaries(outline.config))
                    out_ << line << '\n';
            }
            return to_int(ExitCode::ok);
        } catch (const CLI::ParseError& e) {
            return to_int(app_.exit(e, out_, err_) == 0 ? ExitCode::ok : ExitCode::usage);
        }
        return to_int(action_());
    }

private:
    CLI::App* add(CLI::App& parent, const char* name, const char* summary, bool needs_config,
                  std::function<ExitCode()> action) {
        CLI::App* command = parent.add_subcommand(name, summary);
        command->add_option("--config", config_, "The configuration file")->required(needs_config);
        command->callback([this, action = std::move(action)] { action_ = action; });
        return command;
    }

    std::ostream& out_;
    std::ostream& err_;
    CLI::App app_{"Chuks Kitchen: restaurant ordering, made of plugins", "chuks-kitchen"};
    std::string top_config_, config_, isolated_, id_, plugin_dir_, from_, to_;
    bool show_ = false, probe_ = false, markdown_ = false, yes_ = false;
    std::function<ExitCode()> action_;
};

/// Runs what the arguments (without the program's name) say. Results go to `out`, mistakes to
/// `err`.
int run_command_line(const std::vector<std::string>& arguments, std::ostream& out,
                     std::ostream& err) {
    try {
        const Outline what = outline(arguments);
        const bool is_built_in =
            what.command.empty() ||
            std::find(std::begin(built_in), std::end(built_in), what.command) != std::end(built_in);
        if (is_built_in) return BuiltIn(out, err).run(what, arguments);
        if (what.config.empty()) {
            err << "error: there is no command '" << what.command
                << "'; if it is a plugin's, name the configuration with --config FILE\n"
                << "Run chuks-kitchen --help for the commands there are.\n";
            return to_int(ExitCode::usage);
        }
        return to_int(run_plugin_command(what.command, what.config, what.rest, out, err));
    } catch (const host::StartError& e) {
        for (const std::string& line : e.lines())
            err << (line.find("error: ") == std::string::npos ? "error: " : "") << line << '\n';
        return to_int(e.code());
    } catch (const std::exception& e) {
        err << "error: " << e.what() << '\n';
        return to_int(ExitCode::runtime);
    }
}

}  // namespace
}  // namespace kitchen::cli

int main(int argc, char** argv) {
    kitchen::host::report_crashes();
    return kitchen::cli::run_command_line(
        std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc), std::cout, std::cerr);
}
