// Collects every mistake found in a configuration, so that all of them are shown at once, sorted by
// position; and what their sentences are made with.
//
// Thread-safety: plain values; one thread at a time.
#pragma once

#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/text.h"

namespace kitchen::config {

/// A position in the configuration file, counted from 1. Line 0: no position (the whole file).
struct Mark {
    int line = 0;
    int column = 0;
    friend auto operator<=>(const Mark&, const Mark&) = default;
};

class Diagnostics {
public:
    /// What sort of mistake it is; decides the exit code.
    enum class Kind { config, plugin };

    /// `file` is the name shown in front of each line.
    explicit Diagnostics(std::string file) : file_(std::move(file)) {}

    void error(Mark at, std::string message, Kind kind = Kind::config);

    bool empty() const noexcept { return entries_.empty(); }
    std::size_t size() const noexcept { return entries_.size(); }
    bool has(Kind kind) const noexcept;
    /// "file:line:col: error: message", sorted by position; after the first 100 a line says how
    /// many more there are. What a message quotes may be anything: control characters and bytes
    /// that are not UTF-8 are shown as \xNN, and a long message is cut.
    std::vector<std::string> lines() const;
    const std::string& file() const noexcept { return file_; }

private:
    struct Entry {
        Mark mark;
        std::string message;
        Kind kind;
    };
    std::string file_;
    std::vector<Entry> entries_;
};

/// Whether a valid UTF-8 sequence is a control character: C0, DEL, and C1, which terminals obey as
/// well.
bool is_control(std::string_view sequence) noexcept;

/// Text from a file or the environment, made safe for a terminal and a log: with control characters
/// and bytes that are not UTF-8 as \xNN, cut after about `max_bytes`.
std::string printable(std::string_view text, std::size_t max_bytes);

}  // namespace kitchen::config
