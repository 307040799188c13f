// blob/1: bytes under a name, such as images: in a folder, in S3 or what is like it.
//
// A name has 1 to 200 characters, a-z, 0-9, '.', '_' and '-', the first a letter or a digit: a file
// name everywhere, and the same in a URL. All plugins share the names, so a name begins with what
// is its plugin's own. A blob has 0 bytes to 5 GiB, which are never in memory as a whole. Which
// blobs there are is not asked here: a row in the store says so, written before the blob and
// deleted after it.
//
// Errors: unavailable (try again later; a provider on the network has then already tried more than
// once), unprocessable "blob_name_refused". Blocks on a disk or the network: never inside a
// transaction or on an inline route. Thread-safety: all calls, from any thread. Ownership: the
// blobs belong to their plugin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "kitchen/http/response.h"
#include "kitchen/result.h"

namespace kitchen {

/// The bytes from `first` on, `most` of them or as many as there are.
struct BlobRange {
    std::uint64_t first = 0;
    std::uint64_t most = UINT64_MAX;  ///< > 0
};

class Blobs {
public:
    using Interface = Blobs;
    static constexpr std::string_view interface_name = "blob/1";
    static constexpr std::size_t longest_name = 200;
    static constexpr std::uint64_t largest = std::uint64_t{5} << 30;

    virtual ~Blobs() = default;

    /// The bytes of `file`, which stays as it is, in place of what was under that name; a power cut
    /// does not lose them once this returns. No reader sees a part of them. After an error there is
    /// the old blob or the new one. Errors: storage_full "blob_storage_full"; unprocessable
    /// "blob_too_large"; internal "blob_source_unreadable", when `file` cannot be read.
    virtual Status put(std::string_view name, const std::filesystem::path& file) = 0;
    /// An open file with these bytes, which stay as they are now, whatever becomes of the blob.
    /// Errors: not_found "no_such_blob"; range_not_satisfiable "blob_range_refused", when `first`
    /// is not 0 and there is no such byte.
    virtual Result<std::shared_ptr<const http::FileBody>> open(std::string_view name,
                                                               BlobRange range) = 0;
    Result<std::shared_ptr<const http::FileBody>> open(std::string_view name) {
        return open(name, {});
    }
    /// A success also when there is none.
    virtual Status remove(std::string_view name) = 0;
};

// For those who implement Blobs.

/// unprocessable "blob_name_refused".
Status check_blob_name(std::string_view name);
/// The size of the file that is to be put. unprocessable "blob_too_large"; internal
/// "blob_source_unreadable", also for what is no ordinary file.
Result<std::uint64_t> blob_size_of(int descriptor);
/// What of a blob of this size is meant. range_not_satisfiable "blob_range_refused".
Result<BlobRange> part_of_blob(BlobRange range, std::uint64_t size);

}  // namespace kitchen
