// The plugin `audit`: provides change-log/1.
#include "kitchen/plugin.h"

#include <charconv>

#include "audit_chain.h"
#include "audit_routes.h"
#include "change_recorder.h"
#include "migrations.gen.h"

namespace kitchen::audit {
namespace {

struct AuditSettings {
    std::vector<std::string> roles = {"admin", "kitchen"};
    static void describe(Fields<AuditSettings>& field) {
        field("roles", &AuditSettings::roles, "Roles whose changes are recorded");
    }
};

class AuditPlugin final : public Plugin {
public:
    using Settings = AuditSettings;

    AuditPlugin(const AuditSettings& settings, Setup& setup, Store& store, const Clock& clock)
        : entries_(store),
          chain_(store, entries_),
          recorder_(store, entries_, clock, settings.roles),
          routes_(setup, store, entries_),
          log_(setup.log()) {
        setup.add_migrations(kitchen_migrations);
        setup.provide<ChangeLog>(recorder_);
        add_audit_rules(setup, store);
        setup.add_periodic("audit: chain", std::chrono::seconds(1), [this] {
            if (Status done = chain_.extend(); !done)
                log_.warn("the audit log could not be chained", {{"error", done.error().detail}});
        });
        setup.add_command(
            {"verify-audit",
             "Find entries of the audit log that were removed, changed or moved",
             {{"since", "POSITION:HASH, as an earlier run has printed it: what comes after it",
               false}},
             [this](CommandContext& context) { return verify(context); }});
    }

private:
    static Result<Head> head_in(const std::string& text) {
        Head head;
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), head.position);
        const auto rest = static_cast<std::size_t>(end - text.data());
        if (error != std::errc() || rest >= text.size() || text[rest] != ':')
            return Error(Errc::unprocessable, "bad_place", "--since is not POSITION:HASH.");
        head.hash = text.substr(rest + 1);
        return head;
    }
    Status verify(CommandContext& context) {
        Head since;
        if (const std::string given = context.option("since"); !given.empty()) {
            Result<Head> head = head_in(given);
            if (!head) return std::move(head).error();
            since = *std::move(head);
        }
        Result<AuditChain::Report> report = chain_.verify(since);
        if (!report) return std::move(report).error();
        for (const std::string& fault : report->faults) context.print(fault);
        context.print(std::to_string(report->checked) + " entries were checked, " +
                      std::to_string(report->waiting) + " are not chained yet; the last one is " +
                      std::to_string(report->head.position) + ':' + report->head.hash);
        if (report->faults.empty()) return {};
        return Error(Errc::corrupt, "audit_broken", "The audit log is not as it was written.");
    }

    AuditRepository entries_;
    AuditChain chain_;
    ChangeRecorder recorder_;
    AuditRoutes routes_;
    Logger& log_;
};

}  // namespace
}  // namespace kitchen::audit

KITCHEN_PLUGIN(kitchen::audit::AuditPlugin, "audit", "1.0.0",
               "Who has changed what: an append-only log that can be verified", kitchen::Store,
               kitchen::Clock, kitchen::Provides<kitchen::ChangeLog>)
