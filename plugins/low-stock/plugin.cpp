// The plugin `low-stock`: a mail to the kitchen when a food runs low.
#include <filesystem>

#include "kitchen/plugin.h"

#include "kitchen/events.h"
#include "low_stock_mails.h"

namespace kitchen::low_stock {
namespace {

struct LowStockSettings {
    std::string to;
    std::filesystem::path templates;

    static void describe(Fields<LowStockSettings>& field) {
        using S = LowStockSettings;
        field("to", &S::to, "Address that the mails go to").required();
        field("templates", &S::templates,
              "Folder with templates for these mails; empty: the built-in ones");
    }
    static void check(const LowStockSettings& settings, Problems& problems) {
        if (settings.to.find('@') == std::string::npos)
            problems.at(settings.to, "must be an address such as kitchen@example.com");
        check_templates(settings.templates, problems,
                        [&] { LowStockMails::read_templates(settings.templates); });
    }
};

class LowStockPlugin final : public Plugin {
public:
    using Settings = LowStockSettings;

    LowStockPlugin(const LowStockSettings& settings, Setup& setup, Events& events, Catalog& catalog,
                   Outbox& outbox, Mailer& mailer, const Clock& clock)
        : mails_(settings.to, settings.templates, catalog, outbox, mailer, clock) {
        outbox.add_channel(setup, std::string(LowStockMails::channel),
                           {[this](const Outgoing& delivery) { return mails_.send(delivery); }});
        events.on<FoodChanged>(setup, "kitchen", [this](Transaction& tx, const FoodChanged& event) {
            return mails_.changed(tx, event);
        });
    }

private:
    const LowStockMails mails_;
};

}  // namespace
}  // namespace kitchen::low_stock

KITCHEN_PLUGIN(kitchen::low_stock::LowStockPlugin, "low-stock", "1.0.0",
               "A mail to the kitchen when a food runs low", kitchen::Events, kitchen::Catalog,
               kitchen::Outbox, kitchen::Mailer, kitchen::Clock)
