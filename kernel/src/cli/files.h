// Reads the configuration file named on the command line, and turns it into options for a kernel.
//
// Thread-safety: one thread.
#pragma once

#include <string>

#include "host/kernel.h"

namespace kitchen::cli {

/// Throws StartError (configuration) when the file cannot be read.
host::KernelOptions kernel_options(const std::string& config_file);
/// The same for commands, which log warnings and errors only.
host::KernelOptions quiet_kernel_options(const std::string& config_file);

}  // namespace kitchen::cli
