// tracing/1: the trace that the running thread works for, so that what is logged and what other
// services are asked can be told together.
//
// A handler works for the trace of its request, and a job for that of the caller that posted it,
// also long after the response. Whatever is logged meanwhile carries `trace_id` by itself. A plugin
// that calls another service passes the trace on (W3C Trace Context,
// https://www.w3.org/TR/trace-context/, level 1):
//
//     const TraceContext trace = tracing.outgoing();
//     if (!trace.traceparent.empty()) headers.add("traceparent: " + trace.traceparent);
//     if (!trace.tracestate.empty()) headers.add("tracestate: " + trace.tracestate);
//
// and one that keeps work for later keeps the context with it, and does that work in resume().
//
// Thread-safety: all calls, from any thread; each thread has its own trace. Owned by the kernel;
// lives longer than every plugin.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace kitchen {

/// The values of the two fields, printable ASCII; at most 55 and 512 bytes.
struct TraceContext {
    std::string traceparent;  ///< empty: no trace
    std::string tracestate;   ///< of the caller, unchanged; often empty
};

class Tracing {
public:
    using Interface = Tracing;
    static constexpr std::string_view interface_name = "tracing/1";
    virtual ~Tracing() = default;

    /// For one call of another service, or for work that is kept: a new span of the current trace.
    /// Empty when no request is behind this.
    virtual TraceContext outgoing() = 0;
    /// Runs `work` at once, for that trace; a context that is empty or broken is none. What `work`
    /// throws is passed on.
    virtual void resume(const TraceContext& context, const std::function<void()>& work) = 0;
};

}  // namespace kitchen
