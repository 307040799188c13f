#include "cache/cached_response.h"

#define XXH_INLINE_ALL  // the header alone; no library at run time
#include <xxhash.h>

#include "kitchen/bytes.h"

namespace kitchen::catalog {

namespace {
constexpr std::string_view format = "1 ";
}

std::string content_etag(std::string_view bytes) {
    return '"' + hex(XXH3_64bits(bytes.data(), bytes.size())) + '"';
}

std::string packed(const CachedResponse& response) {
    std::string bytes(format);
    bytes.reserve(format.size() + response.etag.size() + 1 + response.body.size());
    return bytes.append(response.etag).append("\n").append(response.body);
}

CachedResponsePtr unpacked(std::string_view bytes) {
    if (!bytes.starts_with(format)) return nullptr;
    bytes.remove_prefix(format.size());
    const std::size_t line = bytes.substr(0, 64).find('\n');
    if (line == std::string_view::npos || line < 3) return nullptr;
    const std::string_view etag = bytes.substr(0, line), body = bytes.substr(line + 1);
    const bool is_quoted = etag.front() == '"' && etag.find('"', 1) == etag.size() - 1;
    if (!is_quoted || !body.starts_with('{') || !body.ends_with('}')) return nullptr;
    return std::make_shared<const CachedResponse>(
        CachedResponse{std::string(body), std::string(etag)});
}

}  // namespace kitchen::catalog
