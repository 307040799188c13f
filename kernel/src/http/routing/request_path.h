// The path of a request target, taken apart at its slashes and percent-decoded segment by segment.
//
// Thread-safety: belongs to one thread. Views reach into the target given and into this object: it
// is not copied or moved.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>

#include "pattern.h"

namespace kitchen::http {

class RequestPath {
public:
    /// `target` must outlive this. One pass over the path, and no allocation unless something in it
    /// is encoded or it is longer than any pattern but one with {name*}.
    explicit RequestPath(std::string_view target);
    RequestPath(const RequestPath&) = delete;
    RequestPath& operator=(const RequestPath&) = delete;

    /// False: not a path that a client should send. A '%' without two hexadecimal digits, an
    /// encoded NUL, bytes that are not UTF-8, "." or ".." as a segment (encoded or not), or no '/'
    /// in front.
    bool is_valid() const noexcept { return valid_; }
    /// No pattern can match, because a segment is empty.
    bool has_empty_segment() const noexcept { return has_empty_segment_; }

    /// Decoded, without the trailing slash. Only of a path that is valid and has no empty segment.
    std::size_t size() const noexcept { return segments_.size(); }
    std::string_view operator[](std::size_t i) const noexcept { return segments_[i]; }
    /// "/foods/7"; "/" for no segment.
    std::string decoded() const;

private:
    void add(std::string_view raw);

    boost::container::small_vector<std::string_view, max_pattern_segments> segments_;
    std::list<std::string> decoded_;  ///< what segments_ views where it is not as sent
    bool valid_ = true;
    bool has_empty_segment_ = false;
};

/// The query of a target: what follows the first '?'; "" when there is none.
std::string_view query_of(std::string_view target) noexcept;
/// The target up to the query, as sent.
std::string_view path_of(std::string_view target) noexcept;

/// The path of an absolute URL without query: "/api" of "https://site.example/api"; "" for none.
std::string_view path_of_url(std::string_view url) noexcept;

}  // namespace kitchen::http
