// The words for kinds of errors, as labels of metrics.
//
// Thread-safety: a pure function.
#pragma once

#include <string_view>

#include "kitchen/error.h"

namespace kitchen::observe {

constexpr std::string_view word_for(Errc kind) noexcept {
    switch (kind) {
        case Errc::malformed: return "malformed";
        case Errc::unauthenticated: return "unauthenticated";
        case Errc::forbidden: return "forbidden";
        case Errc::not_found: return "not_found";
        case Errc::conflict: return "conflict";
        case Errc::gone: return "gone";
        case Errc::precondition_failed: return "precondition_failed";
        case Errc::payload_too_large: return "payload_too_large";
        case Errc::unsupported_media_type: return "unsupported_media_type";
        case Errc::unprocessable: return "unprocessable";
        case Errc::range_not_satisfiable: return "range_not_satisfiable";
        case Errc::too_many_requests: return "too_many_requests";
        case Errc::internal: return "internal";
        case Errc::unavailable: return "unavailable";
        case Errc::storage_full: return "storage_full";
        case Errc::unique: return "unique";
        case Errc::reference: return "reference";
        case Errc::check: return "check";
        case Errc::busy: return "busy";
        case Errc::corrupt: return "corrupt";
        case Errc::precondition_required: return "precondition_required";
    }
    return "unknown";
}

}  // namespace kitchen::observe
