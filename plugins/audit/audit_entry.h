// One entry of the audit log: who changed what, from where, and how it was before and after.
//
// Thread-safety: a plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kitchen/http/body.h"
#include "kitchen/time.h"

namespace kitchen::audit {

/// JSON as text; "" for none, which is null outside.
struct JsonText {
    std::string text;

    static http::Schema schema() { return http::Schema::object({}).open().or_null(); }
    void write(JsonWriter& out) const { text.empty() ? out.null() : out.raw(text); }
};

struct AuditEntry {
    std::int64_t id = 0;
    Timestamp at;
    std::optional<std::int64_t> user_id;  ///< nothing: the command line
    std::string role;
    std::string client_id;  ///< of the client that acted for them; "": they did it themselves
    std::string action;     ///< "PATCH /foods/{id}/", or the name of a command
    std::string path;       ///< "/foods/12"; "" for a command
    std::string kind;       ///< "food"; "" when the route says nothing of what it changes
    std::string object_id;
    JsonText request;  ///< what was asked for, secrets masked
    JsonText before, after;
    std::string request_id;
    std::string address;
    std::optional<std::int64_t> position;  ///< in the chain; nothing: not yet
    std::string hash;
};

void describe(http::BodyFields<AuditEntry>& field);

/// The hash of the entry at its position, behind the one with the hash `previous`: SHA-256 over
/// both and every other member (`client_id` when there is one), in lower-case hexadecimal digits.
std::string hash_of(const AuditEntry& entry, const std::string& previous);

/// The same, with "***" for each text whose schema says that it is a password.
Json masked(const Json& value, const http::Schema& schema);

}  // namespace kitchen::audit
