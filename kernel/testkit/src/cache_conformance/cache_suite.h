// What the cases of CacheConformance share. Times are chosen so that they hold on a fake clock and
// on a real server alike: what must still be there has a TTL of a minute or more; what must be gone
// has one that advance() has certainly passed.
#pragma once

#include <future>
#include <latch>
#include <map>
#include <string>
#include <vector>

#include "kitchen/testkit/conformance.h"

namespace kitchen::testkit::cache_suite {

// One for each file of cases, and empty: see store_suite.h.
void link_values();
void link_fields();
void link_comparison();
void link_rates();
void link_messages();
void link_limits();

using namespace std::chrono_literals;
using namespace std::string_literals;
using Millis = Cache::Millis;
using Outcome = Comparison::Outcome;

inline constexpr Millis a_minute = 1min;
inline constexpr Millis short_ttl = 100ms;
inline const std::string binary = "\0\r\n\xff\xfe \"'$*1\r\n\0"s;

inline std::map<std::string, std::string> as_map(const CacheFields& fields) {
    return {fields.begin(), fields.end()};
}

/// Runs the work on so many threads that start together, and gives what each returned.
template <class Work>
auto results_in_parallel(int threads, Work work) {
    std::latch start(threads);
    std::vector<std::future<decltype(work(0))>> running;
    for (int i = 0; i < threads; ++i)
        running.push_back(std::async(std::launch::async, [&start, &work, i] {
            start.arrive_and_wait();
            return work(i);
        }));
    std::vector<decltype(work(0))> results;
    for (auto& one : running) results.push_back(one.get());
    return results;
}

}  // namespace kitchen::testkit::cache_suite
