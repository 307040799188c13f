// The bytes of a response to a public read, ready to be sent to anyone.
//
// Thread-safety: immutable once shared.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace kitchen::catalog {

struct CachedResponse {
    std::string body;  ///< JSON
    std::string etag;  ///< a strong validator, with its quotes
};
using CachedResponsePtr = std::shared_ptr<const CachedResponse>;

/// A strong ETag of the bytes, the same on every replica.
std::string content_etag(std::string_view bytes);

// How a response stands in a cache that replicas share.
std::string packed(const CachedResponse& response);
/// Null for bytes that no response of this version can have.
CachedResponsePtr unpacked(std::string_view bytes);

}  // namespace kitchen::catalog
