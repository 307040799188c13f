// The process as Prometheus's own client libraries describe it, from /proc:
// process_cpu_seconds_total, process_resident_memory_bytes, ….
//
// Thread-safety: call it once; what it returns is read by scrapes.
#pragma once

#include <memory>
#include <vector>

#include "kitchen/metrics.h"

namespace kitchen::observe {

/// What /proc does not tell is left out of the scrape.
std::vector<std::shared_ptr<void>> sample_process(Metrics& metrics);

}  // namespace kitchen::observe
