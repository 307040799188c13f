// From the bytes of a body to Request::files and the fields of its form.
//
// Thread-safety: receive_upload() from any thread that may wait.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/transport/transport.h"
#include "http/uploads/temporary_folder.h"
#include "kitchen/http/route.h"

namespace kitchen::http {

/// Where uploads go, and how much text a form may hold.
struct UploadStorage {
    TemporaryFolder& folder;
    std::size_t max_text;  ///< bytes
};

/// What must live as long as Request::files is used.
using UploadedFiles = std::vector<std::unique_ptr<TemporaryFolder::File>>;

/// Why a body could not be received.
struct UploadFailure {
    std::optional<FramingError> framing;  ///< else `error`
    Error error{Errc::malformed, "", ""};
};

/// Whether a media type, lower-case and without parameters, is "image/png", "image/*" or "*/*" as
/// one of the patterns says.
bool is_listed(std::string_view media_type, const std::vector<std::string>& patterns) noexcept;

/// Reads the whole body of a request whose type has been checked. Fills Request::files and
/// Request::json, puts the files into `files`, and appends a fault for each field that the route's
/// schema refuses and each file that is missing.
std::optional<UploadFailure> receive_upload(Request& request, Exchange& exchange,
                                            const UploadStorage& storage, UploadedFiles& files,
                                            std::vector<Fault>& faults);

}  // namespace kitchen::http
