// Counts responses by method, route and status, and times them.
//
// The label `route` is the route's pattern, "-" when none matched; an unknown method is "-" too:
// whatever clients send, there are at most so many series as the program has routes, methods and
// statuses.
//
// Thread-safety: all calls, from any thread. Only the first response of its kind takes a lock.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string_view>
#include <vector>

#include "kitchen/http/route.h"
#include "kitchen/metrics.h"

namespace kitchen::http {

class RequestMetrics {
public:
    /// Both must outlive this, and the routes must not move.
    RequestMetrics(Metrics& metrics, const std::vector<Route>& routes);

    /// `route` is one of those, or null. `method` lives for ever.
    void answered(const Route* route, std::string_view method, int status,
                  std::chrono::nanoseconds took);

private:
    struct Series {
        std::string_view method;
        int status;
        Counter& requests;
        Histogram& durations;
        const Series* next;
    };
    using List = std::atomic<const Series*>;

    static const Series* find(const Series* first, std::string_view method, int status) noexcept;
    const Series& add(List& list, const Route* route, std::string_view method, int status);

    Metrics& metrics_;
    const std::vector<Route>& routes_;
    std::vector<List> lists_;  ///< by the route's index; the last one is for those without
    std::mutex adding_;
    std::deque<Series> series_;
};

}  // namespace kitchen::http
