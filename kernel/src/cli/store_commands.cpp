#include "cli/commands.h"

#include <cstdio>
#include <ostream>
#include <vector>

#include "cli/files.h"
#include "host/data_check.h"
#include "host/kernel.h"
#include "migrate/migrator.h"
#include "transfer/store_copy.h"

namespace kitchen::cli {

using host::Kernel;
using host::StartError;

namespace {

/// Starts the store of a configuration and nothing else.
void start_store(Kernel& kernel) {
    kernel.load();
    kernel.construct();
    kernel.start_store();
}

transfer::End end_of(Kernel& kernel, const std::string& config_file) {
    auto* const found = static_cast<StoreTransfer*>(kernel.service(StoreTransfer::interface_name));
    if (!found)
        throw StartError(ExitCode::plugin, config_file +
                                               ": its store cannot be copied: no plugin provides " +
                                               std::string(StoreTransfer::interface_name));
    return {*kernel.store(), *found};
}

/// The same for a store that no server works on: what that wrote meanwhile would be lost.
void start_store_alone(Kernel& kernel, const std::string& config_file) {
    kernel.load();
    kernel.construct();
    if (Status alone = end_of(kernel, config_file).transfer.alone(); !alone)
        throw StartError(ExitCode::failed, alone.error().detail);
    kernel.start_store();
}

/// The migrations of all plugins that were applied, or with `apply` false would be, each given to
/// `use` after its plugin's.
bool migrate_all(Kernel& kernel, bool apply, const std::function<void(const migrate::Step&)>& use) {
    migrate::Migrator migrator(*kernel.store(), kernel.clock());
    bool any = false;
    for (const plugin::Instance* instance : kernel.plugins().order()) {
        const auto& migrations = instance->declarations().migrations;
        if (migrations.empty()) continue;
        const auto steps = apply ? migrator.apply(instance->id(), migrations)
                                 : migrator.plan(instance->id(), migrations);
        if (!steps) throw StartError(ExitCode::failed, steps.error().detail);
        for (const migrate::Step& step : *steps) use(step);
        any = any || !steps->empty();
    }
    return any;
}

}  // namespace

ExitCode migrate(const std::string& config_file, bool apply, std::ostream& out) {
    Kernel kernel(quiet_kernel_options(config_file));
    start_store(kernel);
    const bool any = migrate_all(kernel, apply, [&](const migrate::Step& step) {
        out << (apply ? "applied  " : "pending  ") << step.plugin << "  " << step.name << '\n';
    });
    if (!any) out << "nothing to do\n";
    return ExitCode::ok;
}

ExitCode check_data(const std::string& config_file, std::ostream& out) {
    Kernel kernel(quiet_kernel_options(config_file));
    start_store(kernel);
    if (migrate_all(kernel, false, [](const migrate::Step&) {}))
        throw StartError(ExitCode::failed,
                         "the tables are not those of this version: `migrate plan` lists what is "
                         "missing");
    const Result<host::DataReport> report = host::check_data(*kernel.store(), kernel.plugins());
    if (!report) throw StartError(ExitCode::failed, report.error().detail);
    for (const host::BrokenRule& broken : report->broken) {
        out << broken.plugin << ": it is broken that " << broken.rule << ":";
        for (const std::string& thing : broken.things) out << ' ' << thing;
        out << '\n';
    }
    out << report->rules << " rules, " << report->broken.size() << " broken\n";
    return report->broken.empty() ? ExitCode::ok : ExitCode::failed;
}

ExitCode copy_store(const std::string& from_config, const std::string& to_config,
                    std::ostream& out) {
    Kernel from(quiet_kernel_options(from_config)), to(quiet_kernel_options(to_config));
    start_store_alone(from, from_config);
    start_store_alone(to, to_config);
    migrate_all(to, true, [](const migrate::Step&) {});
    const auto copied = transfer::copy_store(end_of(from, from_config), end_of(to, to_config));
    if (!copied) throw StartError(ExitCode::failed, copied.error().detail);
    std::int64_t rows = 0;
    for (const transfer::CopiedTable& table : *copied) {
        char line[160];
        std::snprintf(line, sizeof line, "%-32s %10lld rows  checksum %016llx\n",
                      table.name.c_str(), static_cast<long long>(table.rows),
                      static_cast<unsigned long long>(table.checksum));
        out << line;
        rows += table.rows;
    }
    out << "copied " << rows << " rows of " << copied->size()
        << " tables; what was written reads back the same\n";
    return ExitCode::ok;
}

}  // namespace kitchen::cli
