#include "provider/provider_facts.h"

#include <algorithm>

#include "json_web_token.h"
#include "provider/id_token.h"

namespace kitchen::oidc_login {
namespace {

/// A provider that cannot be read is left alone for so long.
constexpr std::chrono::seconds pause(5);

std::string text_of(const Json& json, std::string_view member) {
    const Json& value = json[member];
    return value.is_string() ? value.as_string() : std::string();
}

/// By default a secret goes into the head (client_secret_basic).
bool wants_secret_in_body(const Json& metadata) {
    const Json& methods = metadata["token_endpoint_auth_methods_supported"];
    if (!methods.is_array()) return false;
    const auto lists = [&](const char* name) {
        const Json::Array& all = methods.as_array();
        return std::find(all.begin(), all.end(), Json(name)) != all.end();
    };
    return lists("client_secret_post") && !lists("client_secret_basic");
}

}  // namespace

FactsPointer ProviderFacts::known() const {
    std::lock_guard lock(mutex_);
    return facts_;
}

Result<FactsPointer> ProviderFacts::get() {
    const FactsPointer facts = known();
    const auto age = facts ? clock_.steady_now() - facts->read_at : Instant::duration::max();
    if (age < refresh_) return facts;
    const bool is_good = age < max_age_;
    std::unique_lock turn(reading_, std::defer_lock);
    if (is_good && !turn.try_lock()) return facts;  // another thread reads

    const ProviderHttp::Place place(http_);
    if (Status taken = place.taken(); !taken) {
        if (is_good) return facts;
        return std::move(taken).error();
    }
    if (!turn.owns_lock()) turn.lock();
    if (FactsPointer now = known(); now != facts) return now;
    auto fresh = read();
    if (!fresh && is_good) return facts;
    return fresh;
}

Result<FactsPointer> ProviderFacts::newer_than(const FactsPointer& old) {
    const ProviderHttp::Place place(http_);
    if (Status taken = place.taken(); !taken) return std::move(taken).error();
    const std::lock_guard turn(reading_);
    if (FactsPointer now = known(); now != old) return now;
    return read();
}

Result<FactsPointer> ProviderFacts::read() {
    if (failure_ && clock_.steady_now() < not_before_) return *failure_;
    auto fetched = fetch();
    if (!fetched) {
        log_.warn("a provider could not be read", {{"provider", name_},
                                                   {"code", fetched.error().code},
                                                   {"status", fetched.error().subject}});
        failure_ = fetched.error();
        not_before_ = clock_.steady_now() + pause;
        return std::move(fetched).error();
    }
    failure_.reset();
    FactsPointer facts = std::make_shared<const Facts>(*std::move(fetched));
    std::lock_guard lock(mutex_);
    return facts_ = std::move(facts);
}

Result<Facts> ProviderFacts::fetch() {
    const std::string base =
        issuer_.ends_with('/') ? issuer_.substr(0, issuer_.size() - 1) : issuer_;
    const auto metadata = http_.get({base + "/.well-known/openid-configuration"});
    if (!metadata) return metadata.error();
    if (text_of(*metadata, "issuer") != issuer_) return untrusted("wrong_issuer");
    Facts facts;
    facts.authorization_endpoint = text_of(*metadata, "authorization_endpoint");
    facts.token_endpoint = text_of(*metadata, "token_endpoint");
    facts.userinfo_endpoint = text_of(*metadata, "userinfo_endpoint");
    const std::string keys_at = text_of(*metadata, "jwks_uri");
    for (const std::string& endpoint :
         {facts.authorization_endpoint, facts.token_endpoint, keys_at})
        if (!http_.is_endpoint(endpoint)) return provider_error("unreadable");
    if (!facts.userinfo_endpoint.empty() && !http_.is_endpoint(facts.userinfo_endpoint))
        return provider_error("unreadable");
    facts.secret_in_body = wants_secret_in_body(*metadata);
    facts.sends_issuer =
        (*metadata)["authorization_response_iss_parameter_supported"] == Json(true);
    const auto keys = http_.get({keys_at});
    if (!keys) return keys.error();
    facts.keys = keys_of(*keys);
    facts.read_at = clock_.steady_now();
    return facts;
}

}  // namespace kitchen::oidc_login
