// How many processors this process may use: what a number of threads or connections is measured by.
//
// Thread-safety: any thread.
#pragma once

#include <string_view>

namespace kitchen {

/// At least 1: those of the machine that the process may run on (CPU affinity), and no more than
/// the limit of its container, rounded up. A container's limit is cpu.max of cgroup v2
/// (https://docs.kernel.org/admin-guide/cgroup-v2.html), as it is seen inside. The system is asked
/// once.
unsigned usable_cores();

/// The same of the text of cpu.max, "QUOTA PERIOD" in microseconds or "max PERIOD"; of any other
/// text, `machine`.
unsigned usable_cores(unsigned machine, std::string_view cpu_max);

}  // namespace kitchen
