// The plugin `order-mails`: mails to customers about their orders.
#include "kitchen/plugin.h"

#include "kitchen/events.h"
#include "order_mails.h"

namespace kitchen::order_mails {
namespace {

struct OrderMailSettings {
    std::filesystem::path templates;
    std::chrono::milliseconds max_age = MailRules().max_age;

    static void describe(Fields<OrderMailSettings>& field) {
        using namespace std::chrono_literals;
        field("templates", &OrderMailSettings::templates,
              "Folder with templates for these mails; empty: the built-in ones");
        field("max_age", &OrderMailSettings::max_age,
              "No mail about what happened longer ago, while this plugin was off")
            .between(1min, 30 * 24h);
    }
    static void check(const OrderMailSettings& settings, Problems& problems) {
        check_templates(settings.templates, problems,
                        [&] { OrderMails::read_templates(settings.templates); });
    }
};

class OrderMailsPlugin final : public Plugin {
public:
    using Settings = OrderMailSettings;

    OrderMailsPlugin(const OrderMailSettings& settings, Setup& setup, Store& store, Events& events,
                     Orders& orders, Identity& identity, Outbox& outbox, Mailer& mailer,
                     const Clock& clock)
        : mails_(store, outbox, orders, identity, mailer, clock,
                 {settings.templates, settings.max_age}) {
        outbox.add_channel(setup, std::string(OrderMails::channel),
                           {[this](const Outgoing& delivery) { return mails_.send(delivery); }});
        events.on<OrderPlaced>(
            setup, "customer",
            [this](Transaction& tx, const OrderPlaced& event) { return mails_.placed(tx, event); });
        events.on<OrderMoved>(setup, "customer", [this](Transaction& tx, const OrderMoved& event) {
            return mails_.moved(tx, event);
        });
        setup.add_data_rule("each mail of an order tells of a version that the order had",
                            [this](Transaction& tx) { return mails_.without_cause(tx); });
    }

private:
    const OrderMails mails_;
};

}  // namespace
}  // namespace kitchen::order_mails

KITCHEN_PLUGIN(kitchen::order_mails::OrderMailsPlugin, "order-mails", "1.0.0",
               "Mails to customers about their orders", kitchen::Store, kitchen::Events,
               kitchen::Orders, kitchen::Identity, kitchen::Outbox, kitchen::Mailer, kitchen::Clock)
