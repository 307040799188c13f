#include "request_path.h"

#include <algorithm>

#include "sdk/percent.h"

namespace kitchen::http {

RequestPath::RequestPath(std::string_view target) {
    std::string_view rest = path_of(target);
    if (!rest.starts_with('/')) {
        valid_ = false;
        return;
    }
    rest.remove_prefix(1);
    if (rest.ends_with('/'))
        rest.remove_suffix(1);
    else if (rest.empty())
        return;
    for (;;) {
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        add(rest.substr(0, slash));
        if (!valid_ || slash == rest.size()) return;
        rest.remove_prefix(slash + 1);
    }
}

// The rest of a path that matches nothing is still looked at, so that what is malformed is 400
// wherever it stands.
void RequestPath::add(std::string_view raw) {
    std::string_view segment = raw;
    std::string decoded;
    const bool plain = std::all_of(raw.begin(), raw.end(),
                                   [](char c) { return c > 0x20 && c < 0x7f && c != '%'; });
    if (!plain) {
        auto text = percent_decode(raw, Plus::literal);
        if (!text) {
            valid_ = false;
            return;
        }
        decoded = *std::move(text);
        segment = decoded;
    }
    if (segment == "." || segment == "..") {
        valid_ = false;
        return;
    }
    if (segment.empty()) {
        has_empty_segment_ = true;
        return;
    }
    if (!plain) segment = decoded_.emplace_back(std::move(decoded));
    segments_.push_back(segment);
}

std::string RequestPath::decoded() const {
    std::string out;
    for (const std::string_view segment : segments_) {
        out += '/';
        out += segment;
    }
    if (out.empty()) out = "/";
    return out;
}

std::string_view query_of(std::string_view target) noexcept {
    const std::size_t mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

std::string_view path_of(std::string_view target) noexcept {
    return target.substr(0, target.find('?'));
}

std::string_view path_of_url(std::string_view url) noexcept {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    return url.substr(std::min(url.find('/', scheme + 3), url.size()));
}

}  // namespace kitchen::http
