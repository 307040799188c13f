// The bytes of an answer to a public read, ready to be sent to anyone.
//
// Thread-safety: immutable once shared.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace kitchen::catalog {

struct Answer {
    std::string body;  ///< JSON
    std::string etag;  ///< a strong validator, with its quotes
};
using AnswerPtr = std::shared_ptr<const Answer>;

/// A strong ETag of the bytes, the same on every replica.
std::string content_etag(std::string_view bytes);

// How an answer stands in a cache that replicas share.
std::string packed(const Answer& answer);
/// Null for bytes that no answer of this version can have.
AnswerPtr unpacked(std::string_view bytes);

}  // namespace kitchen::catalog
