#include "observe/current_trace.h"

namespace kitchen::observe {

namespace {
thread_local std::shared_ptr<const CarriedTrace> current;
}

const std::shared_ptr<const CarriedTrace>& current_trace() noexcept { return current; }

TraceScope::TraceScope(std::shared_ptr<const CarriedTrace> trace) noexcept
    : before_(std::exchange(current, std::move(trace))) {}

TraceScope::~TraceScope() { current = std::move(before_); }

TraceContext CurrentTracing::outgoing() {
    if (!current) return {};
    return {http::traceparent(current->trace, random_), current->state};
}

void CurrentTracing::resume(const TraceContext& context, const std::function<void()>& work) {
    std::shared_ptr<const CarriedTrace> trace;
    if (auto parsed = http::parse_traceparent(context.traceparent))
        trace = std::make_shared<const CarriedTrace>(
            CarriedTrace{*std::move(parsed), context.tracestate});
    const TraceScope scope(std::move(trace));
    work();
}

}  // namespace kitchen::observe
