// Errors on the wire: RFC 9457 problem documents, made here and nowhere else.
//
// `type` is "about:blank": what kind of problem it is beyond its status is said by `code`, a stable
// name; so `title` is the status's own phrase, as the RFC asks. Further members: request_id; errors
// when single fields are at fault; and what Error::members adds.
//
// Thread-safety: pure functions.
#pragma once

#include <string_view>

#include "kitchen/error.h"
#include "kitchen/http/response.h"

namespace kitchen::http {

/// The HTTP status of a kind.
int status_of(Errc kind) noexcept;

/// True for the kinds whose text is for the log only; the client gets a general sentence in its
/// place.
bool is_confidential(Errc kind) noexcept;

/// What a problem says about its request. `instance` is the path as sent, without the
/// query; "" leaves it out.
struct ProblemContext {
    std::string_view instance;
    std::string_view request_id;
};

/// The whole response: document, Content-Type, Cache-Control: no-store, and Retry-After where it
/// belongs. How to sign in is added to a 401 by the plugin that identifies.
Response problem_response(const Error& error, const ProblemContext& context);

/// For statuses that no Error has (405, 414, 431, 501 …).
Response problem_response(int status, std::string_view code, std::string_view detail,
                          const ProblemContext& context);

}  // namespace kitchen::http
