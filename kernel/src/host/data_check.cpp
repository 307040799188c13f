#include "host/data_check.h"

#include "plugin/guarded.h"

namespace kitchen::host {

void BrokenRule::describe(http::BodyFields<BrokenRule>& field) {
    field.named("BrokenRule");
    field("plugin", &BrokenRule::plugin);
    field("rule", &BrokenRule::rule).describe("What should hold");
    field("things", &BrokenRule::things).describe("What breaks it");
}

void DataReport::describe(http::BodyFields<DataReport>& field) {
    field.named("DataReport");
    field("rules", &DataReport::rules).describe("How many were asked");
    field("broken", &DataReport::broken);
}

Result<DataReport> check_data(Store& store, const PluginSet& plugins) {
    DataReport report;
    for (const plugin::Instance* instance : plugins.order())
        for (const plugin::DeclaredDataRule& rule : instance->declarations().data_rules) {
            std::vector<std::string> things;
            const Status asked = plugin::guarded(instance->id(), rule.rule, [&] {
                return store.read([&](Transaction& tx) -> Status {
                    Result<std::vector<std::string>> broken = rule.broken(tx);
                    if (!broken) return std::move(broken).error();
                    things = *std::move(broken);
                    return {};
                });
            });
            if (!asked)
                return Error(asked.error().kind, "data_check_failed",
                             "plugin '" + instance->id() + "', that " + rule.rule + ": " +
                                 asked.error().detail);
            ++report.rules;
            if (!things.empty())
                report.broken.push_back({instance->id(), rule.rule, std::move(things)});
        }
    return report;
}

}  // namespace kitchen::host
