#include "cli/commands.h"

#include <algorithm>
#include <exception>
#include <map>
#include <ostream>

#include <CLI/CLI.hpp>

#include "cli/files.h"
#include "cli/terminal.h"
#include "config/diagnostics.h"
#include "host/kernel.h"
#include "kitchen/store_transfer.h"
#include "observe/current_cause.h"

namespace kitchen::cli {

using host::Kernel;

namespace {

class TerminalContext : public CommandContext {
public:
    TerminalContext(const std::map<std::string, std::string>& options, std::ostream& out)
        : options_(options), out_(out) {}
    std::string option(std::string_view name) const override {
        const auto found = options_.find(std::string(name));
        return found == options_.end() ? std::string() : found->second;
    }
    Result<std::string> read_secret(std::string_view prompt) override {
        return cli::read_secret(prompt);
    }
    void print(std::string_view line) override { out_ << line << '\n'; }

private:
    const std::map<std::string, std::string>& options_;
    std::ostream& out_;
};

struct Found {
    const Command* command = nullptr;
    std::string plugin;
};

Found find_command(const Kernel& kernel, const std::string& name, std::vector<std::string>& known) {
    Found found;
    for (const plugin::Instance* instance : kernel.plugins().order())
        for (const Command& command : instance->declarations().commands) {
            known.push_back(command.name);
            if (command.name == name) found = {&command, instance->id()};
        }
    return found;
}

void print_error(std::ostream& err, const Error& error) {
    err << "error: " << error.detail << '\n';
    for (const Fault& fault : error.faults)
        err << "  " << fault.pointer << ": " << fault.detail << '\n';
}

ExitCode run(const Command& command, CommandContext& context, std::ostream& err) {
    try {
        if (Status done = command.run(context); !done) {
            print_error(err, done.error());
            return ExitCode::failed;
        }
        return ExitCode::ok;
    } catch (const std::exception& e) {
        err << "error: the command '" << command.name << "' failed: " << e.what() << '\n';
    } catch (...) {
        err << "error: the command '" << command.name << "' failed\n";
    }
    return ExitCode::failed;
}

}  // namespace

ExitCode run_plugin_command(const std::string& name, const std::string& config_file,
                            const std::vector<std::string>& arguments, std::ostream& out,
                            std::ostream& err) {
    Kernel kernel(quiet_kernel_options(config_file));
    kernel.load();
    kernel.construct();
    std::vector<std::string> known;
    const Found found = find_command(kernel, name, known);
    if (!found.command) {
        err << "error: there is no command '" << name << "', and no plugin in " << config_file
            << " has it" << suggestion(name, known) << '\n';
        return ExitCode::usage;
    }

    CLI::App app(found.command->summary, "chuks-kitchen " + name + " --config FILE");
    std::map<std::string, std::string> values;
    for (const CommandOption& option : found.command->options)
        app.add_option("--" + option.name, values[option.name], option.help)
            ->required(option.required);
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        app.parse(std::move(reversed));
    } catch (const CLI::ParseError& e) {
        return app.exit(e, out, err) == 0 ? ExitCode::ok : ExitCode::usage;
    }

    if (found.command->needs_store_alone) {
        auto* const store =
            static_cast<StoreTransfer*>(kernel.service(StoreTransfer::interface_name));
        if (const Status alone = store ? store->alone() : Status(); !alone) {
            print_error(err, alone.error());
            return ExitCode::failed;
        }
    }
    if (found.command->needs_start) {
        std::vector<std::string> needed = {found.plugin};
        if (kernel.change_log())
            needed.push_back(kernel.plugins().provider_of(std::string(ChangeLog::interface_name)));
        kernel.start_plugins(needed);
    }
    ChangeCause cause{nullptr, name, Json::object()};
    for (const auto& [option, value] : values)
        if (!value.empty()) cause.options.set(option, value);
    TerminalContext context(values, out);
    const ExitCode result = [&] {
        const observe::CauseScope scope(cause);
        return run(*found.command, context, err);
    }();
    const bool clean = kernel.stop();
    return result == ExitCode::ok && !clean ? ExitCode::runtime : result;
}

std::vector<std::string> plugin_command_summaries(const std::string& config_file) {
    Kernel kernel(quiet_kernel_options(config_file));
    kernel.load();
    kernel.construct();
    std::vector<std::string> lines;
    for (const plugin::Instance* instance : kernel.plugins().order())
        for (const Command& command : instance->declarations().commands) {
            std::string line = "  " + command.name;
            line.append(line.size() < 30 ? 30 - line.size() : 1, ' ');
            lines.push_back(line + command.summary);
        }
    return lines;
}

}  // namespace kitchen::cli
