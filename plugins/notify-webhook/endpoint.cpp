#include "endpoint.h"

#include <algorithm>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include "public_address.h"
#include "webhook_signature.h"

namespace kitchen::webhook {
namespace {

/// What open_socket() is told and tells.
struct Opening {
    const std::vector<IpNetwork>& allowed;
    bool is_plain;  ///< without TLS: only within the allowed networks
    bool is_refused = false;
};

std::string text_of(const sockaddr& address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address.sa_family == AF_INET)
        inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text,
                  sizeof(text));
    else if (address.sa_family == AF_INET6)
        inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text,
                  sizeof(text));
    return text;
}

Error failed(std::string code, std::string subject) {
    return Error(Errc::unavailable, std::move(code), "The receiver did not take the webhook.")
        .with_subject(std::move(subject));
}

}  // namespace

Endpoint::Endpoint(std::string name, const WebhookSettings& settings,
                   const EndpointSettings& endpoint, const Clock& clock)
    : name_(std::move(name)), clock_(clock), allowed_(settings.allowed()) {
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

/// When the name is resolved already: so what is checked is what is connected to.
curl_socket_t Endpoint::open_socket(void* data, curlsocktype, curl_sockaddr* address) {
    auto& opening = *static_cast<Opening*>(data);
    const auto ip = IpAddress::parse(text_of(address->addr));
    const bool is_allowed =
        ip && ((is_public(*ip) && !opening.is_plain) ||
               std::any_of(opening.allowed.begin(), opening.allowed.end(),
                           [&](const IpNetwork& n) { return n.contains(*ip); }));
    if (!is_allowed) {
        opening.is_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Status Endpoint::post(const Outgoing& delivery) {
    const std::string id = "msg_" + delivery.id,
                      timestamp = std::to_string(to_millis(clock_.now()) / 1000);
    CurlList headers;
    headers.add("Content-Type: application/json");
    headers.add("webhook-id: " + id);
    headers.add("webhook-timestamp: " + timestamp);
    headers.add("webhook-signature: " + signatures(secrets_, id, timestamp, delivery.payload));
    Opening opening{allowed_, service_.url.starts_with("http:")};
    ServiceResponse response;
    const CURLcode failure = http_post(
        connections_, service_, headers, delivery.payload, response,
        [&](CURL* curl) {
            curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &Endpoint::open_socket);
            curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &opening);
        },
        stop_.get_token());
    if (failure != CURLE_OK) {
        if (opening.is_refused) return failed("webhook_private_address", "");
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
