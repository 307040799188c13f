// The plugin `notify-webhook`: events, posted to receivers outside.
#include "kitchen/plugin.h"

#include <memory>

#include "endpoint.h"

namespace kitchen::webhook {
namespace {

class WebhookPlugin final : public Plugin {
public:
    using Settings = WebhookSettings;

    WebhookPlugin(const WebhookSettings& settings, Setup& setup, Store&, Events& events,
                  Outbox& outbox, const Clock& clock) {
        for (const auto& [name, its] : settings.endpoints) {
            Endpoint& endpoint =
                *endpoints_.emplace_back(std::make_unique<Endpoint>(name, settings, its, clock));
            const std::string channel = std::string(setup.plugin_id()) + '/' + name;
            outbox.add_channel(
                setup, channel,
                {[&endpoint](const Outgoing& delivery) { return endpoint.post(delivery); }, true});
            for (const std::string& event : its.events)
                events.on_record(setup, name, event,
                                 [&, channel, max_age = settings.max_age](
                                     Transaction& tx, const EventRecord& record) -> Status {
                                     if (clock.now() - record.at > max_age) return {};
                                     return outbox.enqueue(tx, channel, endpoint.message(record));
                                 });
        }
    }

    void drain() override {
        for (const auto& endpoint : endpoints_) endpoint->request_stop();
    }

private:
    std::vector<std::unique_ptr<Endpoint>> endpoints_;
};

}  // namespace
}  // namespace kitchen::webhook

KITCHEN_PLUGIN(kitchen::webhook::WebhookPlugin, "notify-webhook", "1.0.0",
               "Events, posted to receivers outside by the Standard Webhooks", kitchen::Store,
               kitchen::Events, kitchen::Outbox, kitchen::Clock)
