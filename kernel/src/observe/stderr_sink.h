// Writes lines to a file descriptor without ever waiting long for its reader.
//
// A log collector that has stopped reading, or a terminal that is paused, must not stop
// the server: a line that cannot be written within `patience` is lost, further ones at once, and
// when there is room again a line says how many it were. Regular files always have room.
//
// The descriptor stays in blocking mode, since others may share it: poll(2) says whether a pipe or
// terminal has room for PIPE_BUF bytes.
//
// Thread-safety: one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace kitchen::observe {

class StderrSink {
public:
    static constexpr std::chrono::milliseconds patience{1000};

    /// `lost` writes the line that tells of so many lines lost, without its newline. The descriptor
    /// is borrowed.
    StderrSink(int descriptor, std::function<std::string(std::uint64_t lines)> lost)
        : descriptor_(descriptor), lost_line_(std::move(lost)) {}

    /// One line or several. Adds the last newline.
    void write(std::string_view lines);
    /// Lines that never came here.
    void note_lost(std::uint64_t lines) { lost_ += lines; }

private:
    /// How many lines were not written, or not to their end.
    std::uint64_t write_all(std::string_view lines, std::chrono::milliseconds wait);

    const int descriptor_;
    const std::function<std::string(std::uint64_t)> lost_line_;
    std::uint64_t lost_ = 0;
    bool cut_ = false;  ///< a line was cut in its middle
};

}  // namespace kitchen::observe
