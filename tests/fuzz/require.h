// How a fuzz target says that a property does not hold: one line, and an end that libFuzzer and
// ctest both take for a failure.
//
// Thread-safety: pure function.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace kitchen::fuzz {

inline void require(bool holds, const char* property) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", property);
    std::abort();
}

}  // namespace kitchen::fuzz
