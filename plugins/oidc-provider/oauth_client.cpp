#include "oauth_client.h"

#include <algorithm>

#include "json_web_key.h"
#include "kitchen/text.h"

namespace kitchen::oidc_provider {
namespace {

constexpr const char* uri_rule =
    "must be https, http on 127.0.0.1, [::1] or localhost, or a scheme of an app with a dot in "
    "it; without a fragment";

/// RFC 8252, sections 7 and 8.
bool is_redirect_uri(std::string_view uri) {
    if (uri.empty() || uri.size() > 512 || uri.find_first_of("#\\ \"'<>;") != uri.npos ||
        has_control_characters(uri))
        return false;
    const std::size_t host = uri.find("://");
    const bool has_user =
        host != uri.npos &&
        uri.substr(host + 3, uri.find_first_of("/?", host + 3) - (host + 3)).find('@') != uri.npos;
    if (has_user) return false;
    if (uri.starts_with("https://")) return uri.size() > 8 && uri[8] != '/';
    for (const std::string_view local : {"http://127.0.0.1", "http://[::1]", "http://localhost"})
        if (uri.starts_with(local))
            return uri.size() == local.size() || uri[local.size()] == ':' ||
                   uri[local.size()] == '/';
    const std::string_view scheme = uri.substr(0, uri.find(':'));
    return scheme.size() < uri.size() && scheme.find('.') != scheme.npos &&
           std::all_of(scheme.begin(), scheme.end(), [](char c) {
               return is_ascii_alphanumeric(c) || c == '.' || c == '-' || c == '+';
           });
}

Client client_of(const Row& row) {
    Client client;
    http::read_body(parse_json(row.string(2)).value(), static_cast<ClientForm&>(client));
    client.id = row.string(0);
    client.secret_hash = row.string(1);
    return client;
}

}  // namespace

void ClientForm::describe(http::BodyFields<ClientForm>& field) {
    field("name", &ClientForm::name).min(1).max(100).describe("Shown to those who sign in");
    field.optional("redirect_uris", &ClientForm::redirect_uris).max(20).describe(uri_rule);
    field.optional("post_logout_redirect_uris", &ClientForm::post_logout_redirect_uris).max(20);
    field.optional("scopes", &ClientForm::scopes).max(50).describe("That it may ask for");
    field.optional("id_token_algorithm", &ClientForm::id_token_algorithm)
        .one_of({"RS256", "ES256"});
    field.optional("account_id", &ClientForm::account_id)
        .min(0)
        .describe("The account as which it acts with client_credentials; 0: none");
    field.optional("asks_consent", &ClientForm::asks_consent);
}

void ClientSettings::describe(Fields<ClientSettings>& field) {
    using S = ClientSettings;
    field("name", &S::name, "Shown to those who sign in").required();
    field("secret", &S::secret, "32 characters or more; none for a public client").secret();
    field("redirect_uris", &S::redirect_uris, "Compared character by character");
    field("post_logout_redirect_uris", &S::post_logout_redirect_uris,
          "The same, after signing out");
    field("scopes", &S::scopes, "That it may ask for");
    field("id_token_algorithm", &S::id_token_algorithm, "Of its ID tokens")
        .one_of({"RS256", "ES256"});
    field("account_id", &S::account_id,
          "The account as which it acts with client_credentials; 0: it may not")
        .min(0);
    field("asks_consent", &S::asks_consent,
          "Whether people are asked before the client gets anything; not needed for one's own");
}

std::optional<std::string> fault_of(const ClientForm& form) {
    for (const auto* uris : {&form.redirect_uris, &form.post_logout_redirect_uris})
        for (const std::string& uri : *uris)
            if (!is_redirect_uri(uri)) return "'" + uri + "' " + uri_rule;
    for (const std::string& scope : form.scopes)
        if (scope.empty() || scope.find_first_of(" \"\\") != scope.npos)
            return "'" + scope + "' is no scope";
    return std::nullopt;
}

Clients::Clients(Store& store,
                 const std::vector<std::pair<std::string, ClientSettings>>& configured)
    : store_(store),
      find_(store.prepare("SELECT id, secret_hash, form FROM oauth_clients WHERE id = $1")),
      all_(
          store.prepare("SELECT id, secret_hash, form FROM oauth_clients ORDER BY created_at, id")),
      add_(store.prepare("INSERT INTO oauth_clients (id, secret_hash, form, created_at) VALUES "
                         "($1, $2, $3, $4)")),
      remove_(store.prepare("DELETE FROM oauth_clients WHERE id = $1")) {
    for (const auto& [id, settings] : configured) {
        Client& client = configured_.emplace_back();
        static_cast<ClientForm&>(client) = settings;
        client.id = id;
        if (!settings.secret.empty()) client.secret_hash = sha256_base64url(settings.secret);
    }
}

Result<std::optional<Client>> Clients::find(std::string_view id) const {
    for (const Client& client : configured_)
        if (client.id == id) return std::optional(client);
    return store_.read<std::optional<Client>>(
        [&](Transaction& tx) { return first_row(tx.query(find_, {id}), client_of); });
}

Result<std::vector<Client>> Clients::all() const {
    return store_.read<std::vector<Client>>([&](Transaction& tx) -> Result<std::vector<Client>> {
        const auto rows = tx.query(all_);
        if (!rows) return rows.error();
        std::vector<Client> clients = configured_;
        for (const Row row : *rows) clients.push_back(client_of(row));
        return clients;
    });
}

Status Clients::add(const Client& client, std::int64_t now) const {
    const std::string form = http::body_json(static_cast<const ClientForm&>(client));
    return store_.transact([&](Transaction& tx) {
        return tx.execute(add_, {client.id, client.secret_hash, form, now});
    });
}

Result<bool> Clients::remove(std::string_view id) const {
    return store_.transact<bool>([&](Transaction& tx) -> Result<bool> {
        const auto rows = tx.query(remove_, {id});
        if (!rows) return rows.error();
        return rows->changed() > 0;
    });
}

}  // namespace kitchen::oidc_provider
