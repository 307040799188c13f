#include "endpoint.h"

#include <utility>

#include "public_address.h"
#include "webhook_signature.h"

namespace kitchen::webhook {
namespace {

Error failed(std::string code, std::string subject) {
    return Error(Errc::unavailable, std::move(code), "The receiver did not take the webhook.")
        .with_subject(std::move(subject));
}

}  // namespace

Endpoint::Endpoint(std::string name, const WebhookSettings& settings,
                   const EndpointSettings& endpoint, const Clock& clock)
    : name_(std::move(name)), clock_(clock), allowed_(networks_of(settings.allow_networks)) {
    static_cast<ConnectionSettings&>(service_) = settings;
    service_.url = endpoint.url;
    service_.cut_response = true;
    secrets_.push_back(parse_secret(endpoint.secret).value());
    if (!endpoint.old_secret.empty()) secrets_.push_back(parse_secret(endpoint.old_secret).value());
}

Delivery Endpoint::message(const EventRecord& event) const {
    const std::string type = event.name.substr(0, event.name.find('/'));
    // Positions begin anew when the plugin `events` is purged.
    const std::string key =
        std::to_string(to_millis(event.at)) + '-' + std::to_string(event.position);
    return {key, name_, type,
            Json::object(
                {{"type", type}, {"timestamp", format_rfc3339(event.at)}, {"data", event.data}})
                .dump()};
}

Status Endpoint::post(const Outgoing& delivery) {
    const std::string id = "msg_" + delivery.id,
                      timestamp = std::to_string(to_millis(clock_.now()) / 1000);
    CurlList headers;
    headers.add("Content-Type: application/json");
    headers.add("webhook-id: " + id);
    headers.add("webhook-timestamp: " + timestamp);
    headers.add("webhook-signature: " + signatures(secrets_, id, timestamp, delivery.payload));
    AddressGuard guard(allowed_, service_.url);
    ServiceResponse response;
    const CURLcode failure = http_post(
        connections_, service_, headers, delivery.payload, response,
        [&](CURL* curl) { guard.watch(curl); }, stop_.get_token());
    if (failure != CURLE_OK) {
        if (guard.has_refused()) return failed("webhook_private_address", "");
        if (stop_.stop_requested())
            return Error(Errc::busy, "webhook_stopped", "The server stops.");
        return failed(std::string("webhook_") + failure_name(failure), "");
    }
    if (response.status >= 200 && response.status < 300) return {};
    if (response.status == 410)
        return Error(Errc::unprocessable, "webhook_gone", "The receiver wants no more webhooks.");
    Error error = failed("webhook_failed", std::to_string(response.status));
    if (response.status == 429) error.kind = Errc::too_many_requests;
    error.retry_after = response.retry_after;
    return error;
}

}  // namespace kitchen::webhook
