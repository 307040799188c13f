#include "observe/current_trace.h"

#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "kitchen/testkit/fakes.h"

namespace kitchen::observe {
namespace {

constexpr const char* id = "4bf92f3577b34da6a3ce929d0e0e4736";
const TraceContext caller{std::string("00-") + id + "-00f067aa0ba902b7-01", "vendor=opaque"};

class CurrentTraceTest : public testing::Test {
protected:
    testkit::SeededRandom random;
    CurrentTracing tracing{random};
};

TEST_F(CurrentTraceTest, IsNoneByDefault) {
    EXPECT_EQ(current_trace(), nullptr);
    EXPECT_EQ(tracing.outgoing().traceparent, "");
    EXPECT_EQ(tracing.outgoing().tracestate, "");
}

TEST_F(CurrentTraceTest, GoesOnWithASpanOfItsOwnForEachCall) {
    tracing.resume(caller, [&] {
        const TraceContext first = tracing.outgoing(), second = tracing.outgoing();
        const auto parsed = http::parse_traceparent(first.traceparent);
        ASSERT_TRUE(parsed) << first.traceparent;
        EXPECT_EQ(parsed->id, id);
        EXPECT_EQ(parsed->flags, http::Trace::sampled);
        EXPECT_NE(parsed->parent_id, "00f067aa0ba902b7");
        EXPECT_NE(first.traceparent, second.traceparent);
        EXPECT_EQ(first.tracestate, "vendor=opaque");
    });
    EXPECT_EQ(current_trace(), nullptr);
}

TEST_F(CurrentTraceTest, BelongsToOneThreadAndOneScope) {
    tracing.resume(caller, [&] {
        std::thread([] { EXPECT_EQ(current_trace(), nullptr); }).join();
        tracing.resume({}, [] { EXPECT_EQ(current_trace(), nullptr) << "nobody's work"; });
        tracing.resume({"00-broken", "vendor=opaque"}, [&] {
            EXPECT_EQ(tracing.outgoing().tracestate, "") << "no state without a trace";
        });
        EXPECT_THROW(tracing.resume({}, [] { throw std::runtime_error("of the work"); }),
                     std::runtime_error);
        ASSERT_NE(current_trace(), nullptr);
        EXPECT_EQ(current_trace()->trace.id, id);
    });
}

}  // namespace
}  // namespace kitchen::observe
