// Which trace a request belongs to: W3C Trace Context, https://www.w3.org/TR/trace-context/ (level
// 1).
//
// A plugin that calls another service passes the trace on, from a handler as from a job:
//
//     const TraceContext trace = tracing.outgoing();
//
// See kitchen/tracing.h, which has the fields ready. The kernel makes them with the functions
// below.
//
// Thread-safety: plain values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kitchen/random.h"

namespace kitchen::http {

struct Trace {
    static constexpr std::uint8_t sampled = 0x01;  ///< the caller may have recorded this trace

    std::string
        id;  ///< 32 lower-case hexadecimal digits, not all zero; in the access line as trace_id
    std::string parent_id;  ///< the caller's span: 16 such digits; empty when the trace begins here
    std::uint8_t flags = 0;  ///< as received; 0 when the trace begins here
};

/// The value of a traceparent field (section 3.2). Nothing when it breaks any rule: then a new
/// trace begins. Of a version after 00 what version 00 defines is read.
std::optional<Trace> parse_traceparent(std::string_view value);

/// A traceparent for one outgoing call, version 00: this trace and flags (those that level 1
/// defines), with a span id of its own.
std::string traceparent(const Trace& trace, Random& random);

}  // namespace kitchen::http
