// What went wrong, as a value. One closed vocabulary for the whole program: services return it,
// stores and caches return it, and the kernel turns it into an RFC 9457 problem in one place.
//
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kitchen/json.h"

namespace kitchen {

/// The kind decides the HTTP status (in brackets). A kind is added only with a new API minor
/// version.
enum class Errc : std::uint8_t {
    malformed,               ///< could not be parsed at all (400)
    unauthenticated,         ///< who is asking is not known or not proven (401)
    forbidden,               ///< known, but not allowed (403)
    not_found,               ///< no such thing, or not yours (404)
    conflict,                ///< the state of things does not allow it (409)
    gone,                    ///< was there, is not any more (410)
    precondition_failed,     ///< If-Match did not match (412)
    payload_too_large,       ///< more than the limit (413)
    unsupported_media_type,  ///< not a body this route reads (415)
    unprocessable,           ///< understood, and wrong: see faults (422)
    range_not_satisfiable,   ///< a range outside of the file (416)
    too_many_requests,       ///< slow down: see retry_after (429)
    internal,                ///< a bug; the detail is for the log only (500)
    unavailable,             ///< a part needed for this is away; may be tried again (503)
    storage_full,            ///< no room to write (507)
    // What a store reports beyond those; mapped to a better answer by the repository that expects
    // it.
    unique,     ///< a unique index refused: `subject` is its name (409)
    reference,  ///< a foreign key refused (409)
    check,      ///< a CHECK or NOT NULL refused: `subject` is its name when known (409)
    busy,       ///< lock or serialisation conflict that retries did not settle (503)
    corrupt,    ///< the stored bytes are damaged (500)

    precondition_required,  ///< this change needs an If-Match (428)
};

/// One fault in a body, query or header.
struct Fault {
    std::string pointer;  ///< JSON pointer into the body ("/items/0/quantity"), or "?name" for a
                          ///< query parameter
    std::string code;     ///< stable word: "required", "type", "too_small", "unknown_field", …
    std::string detail;   ///< a sentence a person can act on
};

struct Error {
    Errc kind = Errc::internal;
    std::string code;    ///< stable machine-readable word for this very error: "food_not_found"
    std::string detail;  ///< a sentence a person can act on; never SQL, exception text or a secret
    std::vector<Fault> faults;
    std::optional<std::chrono::seconds> retry_after;  ///< sent as Retry-After
    std::string subject;  ///< what refused: a constraint's name, a backend's own code; for logs and
                          ///< code, never sent
    Json::Object members;  ///< further members of the problem document ("allowed_transitions")

    Error(Errc kind_, std::string code_, std::string detail_)
        : kind(kind_), code(std::move(code_)), detail(std::move(detail_)) {}

    Error&& with_fault(std::string pointer, std::string fault_code, std::string fault_detail) && {
        faults.push_back({std::move(pointer), std::move(fault_code), std::move(fault_detail)});
        return std::move(*this);
    }
    Error&& with_subject(std::string name) && {
        subject = std::move(name);
        return std::move(*this);
    }
    Error&& with_member(std::string name, Json value) && {
        members.emplace_back(std::move(name), std::move(value));
        return std::move(*this);
    }
    Error&& retry_in(std::chrono::seconds delay) && {
        retry_after = delay;
        return std::move(*this);
    }
    /// True for a unique violation of that index.
    bool is_unique(std::string_view index) const noexcept {
        return kind == Errc::unique && subject == index;
    }
};

/// A single wrong field: 422 with one fault.
inline Error invalid_field(std::string pointer, std::string code, std::string detail) {
    return Error(Errc::unprocessable, "validation_failed", "Some values are not valid. See errors.")
        .with_fault(std::move(pointer), std::move(code), std::move(detail));
}

}  // namespace kitchen
