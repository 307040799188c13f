#include "kitchen/cores.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>

#include "kitchen/text.h"

namespace kitchen {

namespace {

unsigned ask_system() {
    std::ifstream file("/sys/fs/cgroup/cpu.max");
    std::string cpu_max;
    std::getline(file, cpu_max);
    cpu_set_t mine;  // std::thread::hardware_concurrency() does not look at it
    const bool is_known = ::sched_getaffinity(0, sizeof mine, &mine) == 0;
    return usable_cores(
        is_known ? static_cast<unsigned>(CPU_COUNT(&mine)) : std::thread::hardware_concurrency(),
        cpu_max);
}

}  // namespace

unsigned usable_cores() {
    static const unsigned cores = ask_system();  // a pool asks at each of its connections
    return cores;
}

unsigned usable_cores(unsigned machine, std::string_view cpu_max) {
    machine = std::max(1U, machine);
    const std::size_t space = cpu_max.find(' ');
    if (space == std::string_view::npos) return machine;
    const auto quota = parse_number(cpu_max.substr(0, space)),
               period = parse_number(cpu_max.substr(space + 1));
    if (!quota || !period || *quota <= 0 || *period <= 0) return machine;
    const std::int64_t whole = *quota / *period + (*quota % *period != 0 ? 1 : 0);
    return static_cast<unsigned>(std::min<std::int64_t>(machine, whole));
}

}  // namespace kitchen
