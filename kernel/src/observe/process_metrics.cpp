#include "observe/metrics_registry.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace kitchen::observe {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

// Fields of /proc/self/stat, as proc(5) numbers them.
constexpr int user_time = 14, system_time = 15, threads = 20, start_time = 22, virtual_size = 23,
              resident_pages = 24;

double stat(int wanted) {
    std::ifstream file("/proc/self/stat");
    std::string line;
    if (!std::getline(file, line)) return unknown;
    // The second field is the program's name in brackets, and may hold anything, brackets too.
    std::istringstream rest(line.substr(std::min(line.rfind(')') + 1, line.size())));
    rest.imbue(std::locale::classic());
    std::string skipped;
    for (int field = 3; field < wanted; ++field) rest >> skipped;
    double value = 0;
    return rest >> value ? value : unknown;
}

double seconds(double ticks) { return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK)); }

double boot_time() {
    std::ifstream file("/proc/stat");
    for (std::string word; file >> word;)
        if (double value = 0; word == "btime" && file >> value) return value;
    return unknown;
}

double open_descriptors() {
    std::error_code failure;
    std::filesystem::directory_iterator entries("/proc/self/fd", failure);
    if (failure) return unknown;
    double count = -1;  // the one that this loop itself has open
    for (; entries != std::filesystem::directory_iterator(); entries.increment(failure)) {
        if (failure) return unknown;
        ++count;
    }
    return count;
}

double most_descriptors() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : unknown;
}

}  // namespace

std::vector<std::shared_ptr<void>> sample_process(Metrics& metrics) {
    std::vector<std::shared_ptr<void>> samples;
    const auto gauge = [&](const char* name, const char* help, std::function<double()> read) {
        samples.push_back(metrics.sampled_gauge(name, help, {}, std::move(read)));
    };
    samples.push_back(metrics.sampled_counter(
        "process_cpu_seconds_total", "User and system CPU time spent, in seconds.", {},
        [] { return seconds(stat(user_time) + stat(system_time)); }));
    gauge("process_start_time_seconds", "Start of the process, in seconds since the Unix epoch.",
          [at = boot_time() + seconds(stat(start_time))] { return at; });
    gauge("process_resident_memory_bytes", "Resident memory, in bytes.",
          [] { return stat(resident_pages) * static_cast<double>(::sysconf(_SC_PAGESIZE)); });
    gauge("process_virtual_memory_bytes", "Virtual memory, in bytes.",
          [] { return stat(virtual_size); });
    gauge("process_threads", "Threads of the process.", [] { return stat(threads); });
    gauge("process_open_fds", "Open file descriptors.", open_descriptors);
    gauge("process_max_fds", "File descriptors that may be open at most.", most_descriptors);
    return samples;
}

}  // namespace kitchen::observe
