#include "provider/provider_http.h"

#include <memory>

#include "public_address.h"

namespace kitchen::oidc_login {
namespace {

std::string part(CURLU* url, CURLUPart which) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
    return text;
}

}  // namespace

Error provider_error(std::string_view what) {
    return Error(Errc::unavailable, "oidc_provider_" + std::string(what),
                 "The provider cannot be asked at this moment. Try again a little later, or sign "
                 "in another way.")
        .retry_in(std::chrono::seconds(5));
}

Status ProviderHttp::Place::taken() const {
    return is_free_ ? Status() : Status(provider_error("busy"));
}

Result<ProviderHttp::Reply> ProviderHttp::send(const Call& call) {
    HttpService service;
    static_cast<ConnectionSettings&>(service) = settings_;
    service.url = call.url;
    AddressGuard guard(allowed_, call.url);
    CurlList headers;
    headers.add("Accept: application/json");
    if (!call.bearer.empty()) headers.add("Authorization: Bearer " + call.bearer);
    ServiceResponse response;
    const auto options = [&](CURL* curl) {
        guard.watch(curl);
        // Sign-ins are rare, and a kept connection may end just when a code, good once, is sent.
        curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
        if (call.user.empty()) return;
        curl_easy_setopt(curl, CURLOPT_USERNAME, call.user.c_str());
        curl_easy_setopt(curl, CURLOPT_PASSWORD, call.password.c_str());
    };
    const CURLcode failure =
        call.form
            ? http_post(connections_, service, headers, form_encoded(*call.form), response, options)
            : http_exchange(connections_, service, headers, response, options);
    if (guard.has_refused()) return provider_error("private_address");
    if (failure != CURLE_OK) return provider_error(failure_name(failure));
    return Reply{response.status, parse_json(response.body).value_or(Json())};
}

Result<Json> ProviderHttp::get(const Call& call) {
    auto reply = send(call);
    if (!reply) return std::move(reply).error();
    if (reply->status != 200)
        return provider_error("failed").with_subject(std::to_string(reply->status));
    if (!reply->json.is_object()) return provider_error("unreadable");
    return std::move(reply->json);
}

bool ProviderHttp::is_endpoint(const std::string& text) const {
    const CurlUrl url(curl_url());
    if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return false;
    const std::string scheme = part(url.get(), CURLUPART_SCHEME);
    return (scheme == "https" || (scheme == "http" && !allowed_.empty())) &&
           part(url.get(), CURLUPART_USER).empty() && part(url.get(), CURLUPART_FRAGMENT).empty();
}

}  // namespace kitchen::oidc_login
