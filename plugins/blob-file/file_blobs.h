// blob/1 in a folder: one file a blob, with the blob's name.
//
// Thread-safety: all calls, from any thread. Several processes may share the folder.
#pragma once

#include <filesystem>

#include "kitchen/blobs.h"
#include "kitchen/random.h"

namespace kitchen {

class FileBlobs final : public Blobs {
public:
    /// Touches nothing.
    FileBlobs(std::filesystem::path folder, Random& random);

    /// Makes the folder when it is missing, and deletes what killed processes have left. Error:
    /// unavailable "blob_folder_unusable", its subject says why.
    Status start();
    /// Whether the folder can be written. The same error.
    Status check() const;

    Status put(std::string_view name, const std::filesystem::path& file) override;
    Result<std::shared_ptr<const http::FileBody>> open(std::string_view name,
                                                       BlobRange range) override;
    using Blobs::open;
    Status remove(std::string_view name) override;

private:
    const std::filesystem::path folder_;
    Random& random_;
};

}  // namespace kitchen
