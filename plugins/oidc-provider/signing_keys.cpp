#include "signing_keys.h"

#include <algorithm>
#include <set>

namespace kitchen::oidc_provider {
namespace {

constexpr JwtAlgorithm algorithms[] = {JwtAlgorithm::rs256, JwtAlgorithm::es256};
constexpr std::string_view purpose = "oidc-provider: keys that sign";

}  // namespace

SigningKeys::SigningKeys(Store& store, const KeyedHash& secret, const Clock& clock, Logger& log,
                         Times times)
    : store_(store),
      secret_(secret),
      clock_(clock),
      log_(log),
      times_(times),
      list_(store.prepare("SELECT kid, private_key, created_at FROM oauth_keys ORDER BY created_at "
                          "DESC, kid")),
      add_(store.prepare("INSERT INTO oauth_keys (kid, algorithm, private_key, created_at) VALUES "
                         "($1, $2, $3, $4)")),
      remove_(store.prepare("DELETE FROM oauth_keys WHERE kid = $1")) {}

Result<std::vector<SigningKeys::Aged>> SigningKeys::read(Transaction& tx) {
    const auto rows = tx.query(list_);
    if (!rows) return rows.error();
    std::vector<Aged> keys;
    const std::lock_guard lock(mutex_);
    for (const Row row : *rows) {
        auto opened = opened_.find(row.text(0));
        if (opened == opened_.end()) {
            auto key = JsonWebKey::from_pem(row.text(1), secret_.mac(purpose, {}));
            if (!key || key->id() != row.text(0)) continue;  // of another secret
            opened = opened_.emplace(row.string(0), *std::move(key)).first;
        }
        keys.push_back({opened->second, row.integer(2)});
    }
    return keys;
}

Result<std::vector<JsonWebKey>> SigningKeys::all() {
    const auto keys = store_.read<std::vector<Aged>>([&](Transaction& tx) { return read(tx); });
    if (!keys) return keys.error();
    std::vector<JsonWebKey> shown;
    for (const Aged& aged : *keys) shown.push_back(aged.key);
    return shown;
}

Result<JsonWebKey> SigningKeys::signing(JwtAlgorithm algorithm) {
    const auto keys = store_.read<std::vector<Aged>>([&](Transaction& tx) { return read(tx); });
    if (!keys) return keys.error();
    const std::int64_t known_since = to_millis(clock_.now()) - times_.overlap.count();
    const JsonWebKey* oldest = nullptr;
    for (const Aged& aged : *keys) {
        if (aged.key.algorithm() != algorithm) continue;
        if (aged.created_at <= known_since) return aged.key;
        oldest = &aged.key;
    }
    if (oldest) return *oldest;
    return Error(Errc::unavailable, "no_signing_key", "There is no key to sign with yet.");
}

Status SigningKeys::make(JwtAlgorithm algorithm) {
    const JsonWebKey key = JsonWebKey::generate(algorithm);
    const std::string pem = key.private_pem(secret_.mac(purpose, {}));
    const std::int64_t now = to_millis(clock_.now());
    const auto made = store_.transact<bool>([&](Transaction& tx) -> Result<bool> {
        const auto keys = read(tx);
        if (!keys) return keys.error();
        for (const Aged& aged : *keys)  // another replica may have been first
            if (aged.key.algorithm() == algorithm &&
                aged.created_at > now - times_.rotate_every.count())
                return false;
        if (Status added = tx.execute(add_, {key.id(), name_of(algorithm), pem, now}); !added)
            return std::move(added).error();
        return true;
    });
    if (made && *made)
        log_.info("made a new signing key", {{"kid", key.id()}, {"algorithm", name_of(algorithm)}});
    return made ? Status() : made.error();
}

Status SigningKeys::rotate() {
    const std::int64_t now = to_millis(clock_.now());
    const auto keys = store_.read<std::vector<Aged>>([&](Transaction& tx) { return read(tx); });
    if (!keys) return keys.error();
    for (const JwtAlgorithm algorithm : algorithms) {
        const bool is_due = std::none_of(keys->begin(), keys->end(), [&](const Aged& aged) {
            return aged.key.algorithm() == algorithm &&
                   aged.created_at > now - times_.rotate_every.count();
        });
        if (is_due)
            if (Status made = make(algorithm); !made) return made;
    }
    std::set<JwtAlgorithm> replaced;
    for (const Aged& aged : *keys) {  // newest first
        const JwtAlgorithm algorithm = aged.key.algorithm();
        if (replaced.contains(algorithm)) {
            const Status removed = store_.transact(
                [&](Transaction& tx) { return tx.execute(remove_, {aged.key.id()}); });
            if (!removed) return removed;
        }
        if (aged.created_at <= now - 2 * times_.overlap.count()) replaced.insert(algorithm);
    }
    return {};
}

}  // namespace kitchen::oidc_provider
