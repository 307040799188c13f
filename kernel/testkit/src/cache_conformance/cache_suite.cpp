#include "cache_suite.h"

#include <ostream>

namespace kitchen::testkit {

void PrintTo(const CacheFactory& factory, std::ostream* out) { *out << factory.name; }

// A program that links the testkit for something else need not have a backend.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CacheConformance);

void CacheConformance::SetUp() {
    cache_suite::link_values();
    cache_suite::link_fields();
    cache_suite::link_comparison();
    cache_suite::link_rates();
    cache_suite::link_messages();
    cache_suite::link_limits();
    cache = GetParam().make();
}

}  // namespace kitchen::testkit
