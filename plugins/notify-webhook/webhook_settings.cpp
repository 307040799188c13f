#include "webhook_settings.h"

#include <algorithm>

#include "http_post.h"
#include "public_address.h"
#include "webhook_signature.h"

namespace kitchen::webhook {

void EndpointSettings::describe(Fields<EndpointSettings>& field) {
    using S = EndpointSettings;
    field("url", &S::url, "Where its events are posted to").required().secret();
    field("secret", &S::secret, "Signs them: whsec_ and 24 to 64 random bytes in base64")
        .required()
        .secret();
    field("old_secret", &S::old_secret, "Signs them too, while the receiver changes its secret")
        .secret();
    field("events", &S::events, "Names of events: order.placed/1, order.moved/1").required();
}

void WebhookSettings::describe(Fields<WebhookSettings>& field) {
    using namespace std::chrono_literals;
    using S = WebhookSettings;
    field.named("endpoints", &S::endpoints);
    field("allow_networks", &S::allow_networks,
          "Private networks on which receivers may be, there also by plain HTTP: 10.0.0.0/8");
    field("max_age", &S::max_age,
          "What happened longer ago, while this plugin was off, is not posted")
        .between(1min, 30 * 24h);
    ConnectionSettings::describe(field, "For the whole exchange with a receiver");
}

void WebhookSettings::check(const WebhookSettings& settings, Problems& problems) {
    ConnectionSettings::check(settings, problems);
    check_networks(settings.allow_networks, problems);
    for (const auto& [name, endpoint] : settings.endpoints) {
        if (name.find('_') != std::string::npos)
            problems.at(endpoint.url, "the name '" + name + "' must do without '_'");
        if (const std::string fault =
                check_service_url(endpoint.url, !settings.allow_networks.empty());
            !fault.empty())
            problems.at(endpoint.url, fault);
        if (!parse_secret(endpoint.secret))
            problems.at(endpoint.secret, "must be whsec_ and 24 to 64 bytes in base64");
        if (!endpoint.old_secret.empty() && !parse_secret(endpoint.old_secret))
            problems.at(endpoint.old_secret, "must be whsec_ and 24 to 64 bytes in base64");
        if (endpoint.events.empty()) problems.at(endpoint.events, "must name an event");
        for (const std::string& event : endpoint.events) {
            if (event.find('/') == std::string::npos)
                problems.at(endpoint.events,
                            "'" + event + "' is no event with its number: order.placed/1");
            if (std::count(endpoint.events.begin(), endpoint.events.end(), event) > 1)
                problems.at(endpoint.events, "names '" + event + "' twice");
        }
    }
}

}  // namespace kitchen::webhook
