#include "audit_entry.h"

#include <array>
#include <string_view>

#include <sodium.h>

#include "kitchen/bytes.h"

namespace kitchen::audit {

void describe(http::BodyFields<AuditEntry>& field) {
    field.named("AuditEntry");
    field("id", &AuditEntry::id).min(1);
    field("at", &AuditEntry::at);
    field("user_id", &AuditEntry::user_id).or_null().describe("Who; null: the command line.");
    field("role", &AuditEntry::role).describe("That they had then.");
    field("client_id", &AuditEntry::client_id)
        .or_null()
        .describe("The client that acted for them; null: they did it themselves.");
    field("action", &AuditEntry::action).describe("The route, or the command.");
    field("path", &AuditEntry::path).or_null();
    field("kind", &AuditEntry::kind).or_null().describe("What kind of thing was changed.");
    field("object_id", &AuditEntry::object_id).or_null();
    field("request", &AuditEntry::request)
        .describe("The body, or the options of the command; secrets are masked.");
    field("before", &AuditEntry::before).describe("The thing's row; null: there was none.");
    field("after", &AuditEntry::after).describe("The thing's row; null: it is gone.");
    field("request_id", &AuditEntry::request_id).or_null();
    field("address", &AuditEntry::address).or_null().describe("Of the client.");
    field("position", &AuditEntry::position)
        .or_null()
        .describe("In the chain of hashes; null for the first moments.");
    field("hash", &AuditEntry::hash).or_null();
}

std::string hash_of(const AuditEntry& e, const std::string& previous) {
    std::string text;
    // With the lengths, so that nothing moves from one member into the next.
    const auto add = [&text](std::string_view part) {
        text += std::to_string(part.size()) + ':';
        text += part;
    };
    add(previous);
    add(std::to_string(e.position.value_or(0)));
    add(std::to_string(e.id));
    add(std::to_string(to_millis(e.at)));
    add(e.user_id ? std::to_string(*e.user_id) : "");
    for (const std::string* part :
         {&e.role, &e.action, &e.path, &e.kind, &e.object_id, &e.request.text, &e.before.text,
          &e.after.text, &e.request_id, &e.address})
        add(*part);
    if (!e.client_id.empty()) add(e.client_id);
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size());
    return hex({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

Json masked(const Json& value, const http::Schema& schema) {
    if (value.is_string() && schema.text_format == http::Format::password) return "***";
    if (value.is_array() && schema.items) {
        Json out = Json::array();
        for (const Json& item : value.as_array())
            out.as_array().push_back(masked(item, *schema.items));
        return out;
    }
    if (!value.is_object()) return value;
    Json out = value;
    for (const http::Schema::Member& member : schema.members)
        if (const Json* found = value.find(member.name))
            out.set(member.name, masked(*found, member.schema));
    return out;
}

}  // namespace kitchen::audit
