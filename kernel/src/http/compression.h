// Responses in gzip, for clients that ask for it.
//
// Only what anyone may read: in a response to one client, a secret beside text that an
// attacker chooses could be read off its compressed length (BREACH). Only text, and only what is
// worth it. The compressed variant has an entity tag of its own, "7-gzip", which If-Match takes for
// version 7 too.
//
// Thread-safety: Compressor, all calls, from any thread; the rest are pure functions.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "kitchen/http/response.h"

namespace kitchen::http {

/// Whether Accept-Encoding (RFC 9110 section 12.5.3) takes gzip.
bool accepts_gzip(const Fields& request) noexcept;

/// Whether there may be a compressed variant of the response.
bool is_compressible(const Request& request, const Response& response);

/// The tag of the compressed variant: "7-gzip" for "7".
std::string gzip_tag(std::string_view tag);

class Compressor {
public:
    /// Compresses the body of a response that is_compressible(), and says so in its fields, but for
    /// the tag. What has one is compressed once, and kept.
    void compress(const Request& request, std::string_view tag, Response& response);

private:
    std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<const std::string>> kept_;
    std::size_t kept_bytes_ = 0;
};

}  // namespace kitchen::http
