#include "request_metrics.h"

#include <string>

namespace kitchen::http {

RequestMetrics::RequestMetrics(Metrics& metrics, const std::vector<Route>& routes)
    : metrics_(metrics), routes_(routes), lists_(routes.size() + 1) {}

void RequestMetrics::answered(const Route* route, std::string_view method, int status,
                              std::chrono::nanoseconds took) {
    List& list = lists_[route ? static_cast<std::size_t>(route - routes_.data()) : routes_.size()];
    const Series* series = find(list.load(std::memory_order_acquire), method, status);
    if (!series) series = &add(list, route, method, status);
    series->requests.add();
    series->durations.observe(took);
}

// A handful for each route: shorter than any hash.
const RequestMetrics::Series* RequestMetrics::find(const Series* first, std::string_view method,
                                                   int status) noexcept {
    while (first && (first->status != status || first->method != method)) first = first->next;
    return first;
}

const RequestMetrics::Series& RequestMetrics::add(List& list, const Route* route,
                                                  std::string_view method, int status) {
    const std::lock_guard lock(adding_);
    const Series* const first = list.load(std::memory_order_relaxed);
    if (const Series* added = find(first, method, status))
        return *added;  // by another thread meanwhile
    const std::string pattern = route ? route->pattern : "-";
    Counter& requests = metrics_.counter(
        "kitchen_http_requests_total", "Requests answered.",
        {{"method", std::string(method)}, {"route", pattern}, {"status", std::to_string(status)}});
    Histogram& durations = metrics_.histogram(
        "kitchen_http_request_duration_seconds", "From the end of the request to its answer.",
        {{"method", std::string(method)}, {"route", pattern}});
    list.store(&series_.emplace_back(Series{method, status, requests, durations, first}),
               std::memory_order_release);
    return series_.back();
}

}  // namespace kitchen::http
