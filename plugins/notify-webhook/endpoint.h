// One receiver of webhooks: makes messages of events, and posts them.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "curl_handle.h"
#include "http_post.h"
#include "kitchen/clock.h"
#include "kitchen/events.h"
#include "kitchen/ip.h"
#include "kitchen/outbox.h"
#include "webhook_settings.h"

namespace kitchen::webhook {

class Endpoint {
public:
    /// Settings that have passed check().
    Endpoint(std::string name, const WebhookSettings& settings, const EndpointSettings& endpoint,
             const Clock& clock);

    Delivery message(const EventRecord& event) const;
    /// Any 2xx is success. Errors: unprocessable "webhook_gone" for 410; else unavailable:
    /// "webhook_failed" with the status, redirects included, "webhook_unreachable" and the like,
    /// "webhook_private_address".
    Status post(const Outgoing& delivery);
    /// Ends what is posted now, which is then tried again later.
    void request_stop() noexcept { stop_.request_stop(); }

private:
    const std::string name_;
    const Clock& clock_;
    HttpService service_;
    std::vector<std::string> secrets_;
    const std::vector<IpNetwork> allowed_;
    CurlLibrary curl_;
    CurlPool connections_;
    std::stop_source stop_;
};

}  // namespace kitchen::webhook
