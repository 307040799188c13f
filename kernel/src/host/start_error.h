// Why a kernel could not be brought up: every reason that was found, one line each, and the exit
// code that goes with them.
//
// Thread-safety: a plain value.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "host/exit_code.h"
#include "kitchen/error.h"

namespace kitchen::host {

class StartError : public std::runtime_error {
public:
    StartError(ExitCode code, std::vector<std::string> lines)
        : std::runtime_error(join(lines)), code_(code), lines_(std::move(lines)) {}
    StartError(ExitCode code, std::string line)
        : StartError(code, std::vector<std::string>{std::move(line)}) {}

    ExitCode code() const noexcept { return code_; }
    const std::vector<std::string>& lines() const noexcept { return lines_; }

private:
    static std::string join(const std::vector<std::string>& lines) {
        std::string out;
        for (const std::string& line : lines) out += (out.empty() ? "" : "\n") + line;
        return out;
    }
    ExitCode code_;
    std::vector<std::string> lines_;
};

}  // namespace kitchen::host
