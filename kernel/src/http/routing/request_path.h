// The path of a request target, taken apart at its slashes and percent-decoded segment by segment.
//
// Thread-safety: belongs to one thread. Views reach into the target given and into this object: it
// is not copied or moved.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pattern.h"

namespace kitchen::http {

class RequestPath {
public:
    /// `target` must outlive this. One pass over the path, and no allocation unless something in it
    /// is encoded.
    explicit RequestPath(std::string_view target);
    RequestPath(const RequestPath&) = delete;
    RequestPath& operator=(const RequestPath&) = delete;

    /// False: not a path that a client should send. A '%' without two hexadecimal digits, an
    /// encoded NUL, bytes that are not UTF-8, "." or ".." as a segment (encoded or not), or no '/'
    /// in front.
    bool is_valid() const noexcept { return valid_; }
    /// No pattern can match: it has an empty segment, or more segments than any pattern.
    bool is_unmatchable() const noexcept { return unmatchable_; }

    /// Decoded, without the trailing slash. Only of a path that is valid and not unmatchable.
    std::size_t size() const noexcept { return count_; }
    std::string_view operator[](std::size_t i) const noexcept { return segments_[i]; }
    /// "/foods/7"; "/" for no segment.
    std::string decoded() const;

private:
    void add(std::string_view raw);

    std::array<std::string_view, max_pattern_segments> segments_;
    std::size_t count_ = 0;
    std::vector<std::string> decoded_;  ///< never grows past its first reservation
    bool valid_ = true;
    bool unmatchable_ = false;
};

/// The query of a target: what follows the first '?'; "" when there is none.
std::string_view query_of(std::string_view target) noexcept;
/// The target up to the query, as sent.
std::string_view path_of(std::string_view target) noexcept;

}  // namespace kitchen::http
