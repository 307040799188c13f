#include "flow/sign_in_flows.h"

#include <algorithm>
#include <optional>

#include "json_web_key.h"
#include "provider/id_token.h"

namespace kitchen::oidc_login {
namespace {

/// A page has its code at once.
constexpr std::chrono::minutes code_ttl(1);

/// A copy of the cache opens nothing.
std::string entry_of(const char* kind, std::string_view secret) {
    return std::string("oidc-login:") + kind + ':' + sha256_base64url(secret);
}

std::string field_in(const CacheFields& fields, std::string_view name) {
    for (const auto& [key, value] : fields)
        if (key == name) return value;
    return {};
}

/// The fields, for one caller alone; nothing when there are none, or another was first.
Result<std::optional<CacheFields>> take_once(Cache& cache, const std::string& entry) {
    auto fields = cache.get_fields(entry);
    if (!fields || !*fields) return fields;
    const auto erased = cache.erase(entry);
    if (!erased) return erased.error();
    if (!*erased) fields->reset();
    return fields;
}

std::string with_parameter(const std::string& page, const char* name, const std::string& value) {
    return page + (page.find('?') == std::string::npos ? '?' : '&') + form_encoded({{name, value}});
}

Error flow_not_found() {
    return Error(Errc::not_found, "oidc_flow_not_found",
                 "No sign-in waits here, or it has expired. Begin again.");
}

}  // namespace

SignInFlows::SignInFlows(const OidcSettings& settings, Dependencies dependencies)
    : deps_(dependencies), pages_(settings.return_to), ttl_(settings.flow_ttl) {
    for (const auto& [name, its] : settings.providers)
        providers_.push_back(
            std::make_unique<Provider>(name, its, settings, deps_.clock, deps_.waits, deps_.log));
}

Provider* SignInFlows::find(std::string_view name) const {
    for (const auto& provider : providers_)
        if (provider->name() == name) return provider.get();
    return nullptr;
}

Result<std::string> SignInFlows::start(const FlowStart& wanted, std::string_view browser) {
    Provider* const provider = find(wanted.provider);
    if (!provider)
        return Error(Errc::not_found, "oidc_provider_not_found",
                     "There is no provider of this name.");
    Flow flow{wanted.provider, wanted.return_to.empty() ? pages_.front() : wanted.return_to,
              wanted.challenge,
              FlowSecrets{deps_.random.hex(32), deps_.random.hex(32), deps_.random.hex(32),
                          wanted.redirect_uri}};
    if (std::find(pages_.begin(), pages_.end(), flow.return_to) == pages_.end())
        return invalid_field("?return_to", "unknown_page", "This page may not be returned to.");
    auto url = provider->authorization_url(flow.secrets);
    if (!url) return page_with_error(flow, url.error());
    if (Status kept = keep(flow, browser); !kept) return std::move(kept).error();
    return url;
}

Result<std::string> SignInFlows::finish(std::string_view provider, std::string_view state,
                                        std::string_view browser, const CallbackQuery& query) {
    const auto flow = take(state, browser);
    if (!flow) return flow.error();
    const auto identity = arrive(*flow, provider, query);
    if (!identity) return page_with_error(*flow, identity.error());
    const auto code = keep_identity(*identity, flow->challenge);
    if (!code) return page_with_error(*flow, code.error());
    return with_parameter(flow->return_to, "code", *code);
}

Result<OutsideIdentity> SignInFlows::arrive(const Flow& flow, std::string_view provider,
                                            const CallbackQuery& query) {
    // Each provider has a redirect URI of its own: one that answers for another is caught here.
    Provider* const its = find(flow.provider);
    if (provider != flow.provider || !its) return untrusted("wrong_provider");
    return its->redeem(flow.secrets, query);
}

std::string SignInFlows::page_with_error(const Flow& flow, const Error& error) {
    deps_.log.warn("a sign-in by a provider failed",
                   {{"provider", flow.provider}, {"code", error.code}, {"reason", error.subject}});
    return with_parameter(flow.return_to, "error", error.code);
}

Status SignInFlows::keep(const Flow& flow, std::string_view browser) {
    return deps_.cache.set_fields(entry_of("flow", flow.secrets.state),
                                  {{"browser", sha256_base64url(browser)},
                                   {"provider", flow.provider},
                                   {"return_to", flow.return_to},
                                   {"challenge", flow.challenge},
                                   {"nonce", flow.secrets.nonce},
                                   {"verifier", flow.secrets.verifier},
                                   {"redirect_uri", flow.secrets.redirect_uri}},
                                  ttl_);
}

Result<SignInFlows::Flow> SignInFlows::take(std::string_view state, std::string_view browser) {
    const std::string entry = entry_of("flow", state);
    const auto there = deps_.cache.get_fields(entry);
    if (!there) return there.error();
    if (!*there) return flow_not_found();
    // It stays for the browser that began it.
    if (field_in(**there, "browser") != sha256_base64url(browser))
        return Error(Errc::forbidden, "oidc_other_browser",
                     "This sign-in was begun in another browser, or cookies are off. Begin again.");
    const auto fields = take_once(deps_.cache, entry);
    if (!fields) return fields.error();
    if (!*fields) return flow_not_found();
    const auto member = [&](std::string_view name) { return field_in(**fields, name); };
    return Flow{member("provider"), member("return_to"), member("challenge"),
                FlowSecrets{std::string(state), member("nonce"), member("verifier"),
                            member("redirect_uri")}};
}

Result<std::string> SignInFlows::keep_identity(const OutsideIdentity& identity,
                                               const std::string& challenge) {
    std::string code = deps_.random.hex(32);
    if (Status kept = deps_.cache.set_fields(entry_of("code", code),
                                             {{"challenge", challenge},
                                              {"issuer", identity.issuer},
                                              {"subject", identity.subject},
                                              {"email", identity.email},
                                              {"verified", identity.is_email_verified ? "1" : "0"}},
                                             code_ttl);
        !kept)
        return std::move(kept).error();
    return code;
}

Result<OutsideIdentity> SignInFlows::redeem(std::string_view code, std::string_view verifier) {
    const auto fields = take_once(deps_.cache, entry_of("code", code));
    if (!fields) return fields.error();
    if (!*fields)
        return Error(Errc::not_found, "oidc_code_not_found",
                     "This code is not one of ours, was used, or has expired. Begin again.");
    if (field_in(**fields, "challenge") != sha256_base64url(verifier))
        return Error(Errc::forbidden, "oidc_wrong_verifier",
                     "This code belongs to a sign-in that another page has begun. Begin again.");
    return OutsideIdentity{field_in(**fields, "issuer"), field_in(**fields, "subject"),
                           field_in(**fields, "email"), field_in(**fields, "verified") == "1"};
}

}  // namespace kitchen::oidc_login
