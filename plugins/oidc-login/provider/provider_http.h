// Requests to one provider: bounded in time, size and number, to addresses that are allowed, and
// without redirects.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connection_settings.h"
#include "curl_handle.h"
#include "http_post.h"
#include "kitchen/ip.h"
#include "kitchen/json.h"
#include "kitchen/result.h"
#include "kitchen/waits.h"

namespace kitchen::oidc_login {

/// For errors: unavailable "oidc_provider_…".
Error provider_error(std::string_view what);

class ProviderHttp {
public:
    /// `waits` must outlive this.
    ProviderHttp(const ConnectionSettings& settings, std::vector<IpNetwork> allowed, Waits& waits)
        : settings_(settings), allowed_(std::move(allowed)), waits_(waits) {}

    /// A place among those that may wait for the provider at once: so a slow one holds up nothing
    /// else. The thread is parked while it lives.
    class Place {
    public:
        explicit Place(ProviderHttp& http) : http_(http), parked_(http.waits_) {
            is_free_ = http_.waiting_.fetch_add(1) < most_waiting;
        }
        ~Place() { http_.waiting_.fetch_sub(1); }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        /// Otherwise: unavailable "oidc_provider_busy".
        Status taken() const;

    private:
        static constexpr int most_waiting = 8;
        ProviderHttp& http_;
        const Parked parked_;
        bool is_free_ = false;
    };

    struct Call {
        std::string url;
        std::string bearer = {};               ///< "": no access token
        std::string user = {}, password = {};  ///< of HTTP Basic; "": none
        std::optional<FormFields> form = {};   ///< without: a GET
    };
    struct Reply {
        long status = 0;
        Json json;  ///< null when the body is none
    };
    /// Errors: unavailable "oidc_provider_unreachable", "…_timeout", "…_untrusted", "…_unreadable"
    /// (too long), "…_private_address".
    Result<Reply> send(const Call& call);
    /// The object that is there. Errors beyond the above: unavailable "oidc_provider_failed" for
    /// any status but 200, "oidc_provider_unreadable" for what is no object.
    Result<Json> get(const Call& call);

    /// Whether a request may go there, as far as the text tells.
    bool is_endpoint(const std::string& url) const;

private:
    const ConnectionSettings settings_;
    const std::vector<IpNetwork> allowed_;
    Waits& waits_;
    std::atomic<int> waiting_{0};
    CurlLibrary curl_;
    CurlPool connections_;
};

}  // namespace kitchen::oidc_login
