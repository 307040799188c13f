#include "sides_key.h"

#include <algorithm>
#include <charconv>

namespace kitchen::cart {
namespace {

void append_ids(std::string& out, std::vector<std::int64_t> ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (i > 0) out += ',';
        out += std::to_string(ids[i]);
    }
}

bool parse_ids(std::string_view text, std::vector<std::int64_t>& ids) {
    while (!text.empty()) {
        std::int64_t id = 0;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
        if (failed != std::errc() || id <= 0 || (!ids.empty() && id <= ids.back())) return false;
        ids.push_back(id);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (text.empty()) break;
        if (text.front() != ',' || text.size() == 1) return false;
        text.remove_prefix(1);
    }
    return true;
}

}  // namespace

std::string sides_key(const Sides& sides) {
    std::string key = "p:";
    append_ids(key, sides.proteins);
    key += "|e:";
    append_ids(key, sides.extras);
    return key;
}

std::optional<Sides> parse_sides_key(std::string_view key) {
    const std::size_t bar = key.find('|');
    if (bar == std::string_view::npos) return std::nullopt;
    const std::string_view proteins = key.substr(0, bar), extras = key.substr(bar + 1);
    if (!proteins.starts_with("p:") || !extras.starts_with("e:")) return std::nullopt;
    Sides sides;
    if (!parse_ids(proteins.substr(2), sides.proteins)) return std::nullopt;
    if (!parse_ids(extras.substr(2), sides.extras)) return std::nullopt;
    return sides;
}

}  // namespace kitchen::cart
