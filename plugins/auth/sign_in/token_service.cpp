#include "sign_in/token_service.h"

#include <optional>

#include "passwords/password_guard.h"

namespace kitchen::auth {
namespace {

constexpr std::string_view access_prefix = "ck_at_", refresh_prefix = "ck_rt_";
constexpr std::size_t token_bytes = 32;
/// How long a client whose response was lost may ask again.
constexpr std::chrono::milliseconds grace = std::chrono::seconds(10);
constexpr std::int64_t sweep_batch = 500;  // rows a transaction: other writers wait for it

/// What cannot be one of ours is not looked up.
bool looks_like(std::string_view token, std::string_view prefix) {
    return token.size() == prefix.size() + 2 * token_bytes && token.starts_with(prefix);
}

/// The code of all credentials that are not right.
Error invalid_access_token() {
    return Error(Errc::unauthenticated, invalid_credentials().code,
                 "This access token is not valid, or not any more. Sign in again.");
}

Error expired_access_token() {
    return Error(Errc::unauthenticated, "token_expired",
                 "This access token has expired. Get a new one with your refresh token, or sign in "
                 "again.");
}

Error invalid_refresh_token() {
    return Error(Errc::unauthenticated, "invalid_refresh_token",
                 "This refresh token is not valid, or not any more. Sign in again.");
}

}  // namespace

IssuedTokens TokenService::successor_of(std::string_view refresh_token) const {
    IssuedTokens issued;
    issued.access_token = std::string(access_prefix) + key_.mac({"next access", refresh_token});
    issued.refresh_token = std::string(refresh_prefix) + key_.mac({"next refresh", refresh_token});
    return issued;
}

TokenHashes TokenService::hashes_of(const IssuedTokens& issued, std::int64_t now) const {
    return {.access = access_hash(issued.access_token),
            .refresh = refresh_hash(issued.refresh_token),
            .access_expires_at = now + lifetimes_.access.count(),
            .refresh_expires_at = now + lifetimes_.refresh.count()};
}

Result<IssuedTokens> TokenService::issue(const User& user) {
    auto issued = store_.transact<TokenGrant>(
        [&](Transaction& tx) { return issue(tx, user, TokenClient()); });
    if (!issued) return std::move(issued).error();
    log_.info("signed in", {{"user_id", user.id}, {"family_id", issued->family_id}});
    return IssuedTokens(*issued);
}

Result<TokenGrant> TokenService::issue(Transaction& tx, const User& user,
                                       const TokenClient& client) {
    const std::int64_t now = to_millis(clock_.now());
    TokenGrant issued{{std::string(access_prefix) + random_.hex(token_bytes),
                       std::string(refresh_prefix) + random_.hex(token_bytes),
                       std::chrono::floor<std::chrono::seconds>(lifetimes_.access)}};
    const auto family = tokens_.add_family(tx, user.id, user.credential_version,
                                           hashes_of(issued, now), client, now);
    if (!family) return family.error();
    if (!family->has_value()) return invalid_credentials();
    issued.family_id = **family;
    issued.user_id = user.id;
    issued.client = client;
    return issued;
}

bool TokenService::is_refresh_token(std::string_view token) noexcept {
    return looks_like(token, refresh_prefix);
}

Result<std::optional<StoredToken>> TokenService::find(Transaction& tx,
                                                      std::string_view token) const {
    if (is_refresh_token(token)) return tokens_.by_refresh(tx, refresh_hash(token));
    if (looks_like(token, access_prefix)) return tokens_.by_access(tx, access_hash(token));
    return std::optional<StoredToken>();
}

Result<std::optional<StoredToken>> TokenService::look_up(Transaction& tx,
                                                         std::string_view token) const {
    auto found = find(tx, token);
    if (found && found->has_value()) {
        const StoredToken& stored = **found;
        if (!stored.alive || stored.used_at || stored.expires_at <= to_millis(clock_.now()))
            found->reset();
    }
    return found;
}

Result<Principal> TokenService::authenticate(std::string_view access_token, bool also_ended) {
    if (!looks_like(access_token, access_prefix)) return invalid_access_token();
    const std::string hash = access_hash(access_token);
    auto token = store_.read<std::optional<StoredToken>>(
        [&](Transaction& tx) { return tokens_.by_access(tx, hash); });
    if (!token) return std::move(token).error();
    if (!token->has_value() || !((*token)->alive || also_ended)) return invalid_access_token();
    if ((*token)->expires_at <= to_millis(clock_.now())) return expired_access_token();
    Principal who{(*token)->user_id, (*token)->role, std::to_string((*token)->family_id)};
    if ((*token)->client.id.empty()) return who;
    who.client_id = std::move((*token)->client.id);
    who.scope = std::move((*token)->client.scope);
    return who;
}

Result<TokenGrant> TokenService::refresh(std::string_view refresh_token,
                                         std::string_view client_id) {
    if (!looks_like(refresh_token, refresh_prefix)) return invalid_refresh_token();
    const std::int64_t now = to_millis(clock_.now());
    const std::string hash = refresh_hash(refresh_token);
    TokenGrant issued{successor_of(refresh_token)};
    const TokenHashes hashes = hashes_of(issued, now);

    enum class Outcome { issued, refused, reused };
    std::int64_t user_id = 0, family_id = 0, issued_at = now;
    // The revocation must be kept although the result is a refusal: so refusals are values of the
    // body, not errors.
    auto outcome = store_.transact<Outcome>([&](Transaction& tx) -> Result<Outcome> {
        auto found = tokens_.by_refresh(tx, hash);
        if (!found) return std::move(found).error();
        if (!found->has_value()) return Outcome::refused;
        const StoredToken& token = **found;
        user_id = token.user_id;
        family_id = token.family_id;
        if (!token.alive || token.expires_at <= now || token.client.id != client_id)
            return Outcome::refused;
        issued.client = token.client;
        issued_at = token.used_at.value_or(now);
        if (!token.used_at) {
            auto rotated = tokens_.rotate(tx, token.family_id, hash, hashes, now);
            if (!rotated) return std::move(rotated).error();
            if (*rotated) return Outcome::issued;
        }
        auto successor = tokens_.by_refresh(tx, hashes.refresh);
        if (!successor) return std::move(successor).error();
        if (successor->has_value() && !(*successor)->used_at && now - issued_at < grace.count())
            return Outcome::issued;
        if (Status revoked = tokens_.revoke_family(tx, token.family_id, now); !revoked)
            return std::move(revoked).error();
        return Outcome::reused;
    });
    if (!outcome) return std::move(outcome).error();
    if (*outcome == Outcome::issued) {
        issued.expires_in = std::chrono::floor<std::chrono::seconds>(
            lifetimes_.access - std::chrono::milliseconds(now - issued_at));
        issued.family_id = family_id;
        issued.user_id = user_id;
        return issued;
    }
    if (*outcome == Outcome::reused)
        log_.warn("a used refresh token was shown again; its family is revoked",
                  {{"user_id", user_id}, {"family_id", family_id}});
    return invalid_refresh_token();
}

Status TokenService::revoke(std::int64_t family_id) {
    return store_.transact([&](Transaction& tx) { return revoke(tx, family_id); });
}

Status TokenService::revoke(Transaction& tx, std::int64_t family_id) const {
    return tokens_.revoke_family(tx, family_id, to_millis(clock_.now()));
}

Status TokenService::revoke(Transaction& tx, std::string_view token,
                            std::string_view client_id) const {
    const auto found = find(tx, token);
    if (!found) return found.error();
    if (!found->has_value() || (*found)->client.id != client_id) return {};
    return revoke(tx, (*found)->family_id);
}

void TokenService::sweep() {
    const std::int64_t now = to_millis(clock_.now());
    for (;;) {
        auto gone = store_.transact<std::int64_t>(
            [&](Transaction& tx) { return tokens_.sweep(tx, now, sweep_batch); });
        if (!gone) {
            log_.warn("expired tokens could not be swept", {{"code", gone.error().code}});
            return;
        }
        if (*gone < sweep_batch) return;
    }
}

}  // namespace kitchen::auth
