// One receiver of webhooks: makes messages of events, and posts them.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <string>
#include <vector>

#include "curl_handle.h"
#include "http_post.h"
#include "kitchen/clock.h"
#include "kitchen/events.h"
#include "kitchen/outbox.h"
#include "webhook_settings.h"

namespace kitchen::webhook {

class Endpoint {
public:
    /// Settings that have passed check().
    Endpoint(const WebhookSettings& settings, const EndpointSettings& endpoint, const Clock& clock);

    Delivery message(const EventRecord& event) const;
    /// Any 2xx is success. Errors: unprocessable "webhook_gone" for 410; else unavailable:
    /// "webhook_failed" with the status, redirects included, "webhook_unreachable" and the like,
    /// "webhook_private_address".
    Status post(const Outgoing& delivery);

private:
    static curl_socket_t open_socket(void* endpoint, curlsocktype purpose, curl_sockaddr* address);

    const Clock& clock_;
    HttpService service_;
    std::vector<std::string> secrets_;
    const std::vector<IpNetwork> allowed_;
    CurlLibrary curl_;
    CurlPool connections_;
};

}  // namespace kitchen::webhook
