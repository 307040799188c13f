// The trace that a thread works for: set around handlers and jobs, read by the log, and given to
// plugins as tracing/1.
//
// Thread-safety: all calls, from any thread; a scope belongs to one.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "kitchen/http/trace.h"
#include "kitchen/random.h"
#include "kitchen/tracing.h"

namespace kitchen::observe {

struct CarriedTrace {
    http::Trace trace;
    std::string state;  ///< tracestate, as received
};

/// Null when no request is behind what this thread does.
const std::shared_ptr<const CarriedTrace>& current_trace() noexcept;

/// This thread works for that trace until the scope ends; then for the one before. Null: for none.
class TraceScope {
public:
    explicit TraceScope(std::shared_ptr<const CarriedTrace> trace) noexcept;
    ~TraceScope();
    TraceScope(const TraceScope&) = delete;
    TraceScope& operator=(const TraceScope&) = delete;

private:
    std::shared_ptr<const CarriedTrace> before_;
};

class CurrentTracing : public Tracing {
public:
    explicit CurrentTracing(Random& random) noexcept : random_(random) {}
    TraceContext outgoing() override;
    void resume(const TraceContext& context, const std::function<void()>& work) override;

private:
    Random& random_;
};

}  // namespace kitchen::observe
