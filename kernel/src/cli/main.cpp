// chuks-kitchen: see command_line.h.
#include <iostream>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "host/signals.h"

int main(int argc, char** argv) {
    kitchen::host::report_crashes();
    return kitchen::cli::run_command_line(
        std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc), std::cout, std::cerr);
}
