// Files as responses (RFC 9110): validators, conditions, ranges. What is sent is read in portions,
// however large it is.
//
//     setup.add_route(http::files("/assets/{path*}", "/srv/assets",
//                                 {.headers = {{"Cache-Control", "public, max-age=86400"}}}));
//     …
//     return http::file_response(request, images_ / "42.webp", {.media_type = "image/webp"});
//
// Thread-safety: pure functions; calls from any thread. They read a disk: not on inline routes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "kitchen/http/request.h"
#include "kitchen/http/response.h"
#include "kitchen/http/route.h"
#include "kitchen/result.h"

namespace kitchen::http {

struct FileOptions {
    std::string media_type = {};  ///< "": by the extension
    Fields headers = {};          ///< of a response with the file, such as Cache-Control
};

/// The file, whole or the one range that the request asks for (for several, the whole): 200, 206,
/// 304, 412 or 416. ETag and Last-Modified come from its size and its time of change: replace
/// a file, by renaming, rather than write into it. Errors: not_found, also for what is no ordinary
/// file; precondition_failed; range_not_satisfiable; unavailable when it cannot be read.
Result<Response> file_response(Request& request, const std::filesystem::path& file,
                               const FileOptions& options = {});

/// A route that serves a folder, which must be there. `pattern` ends in a parameter for the rest of
/// the path, "/assets/{path*}". Served is an ordinary file below the folder, reached without a
/// symbolic link and without a name that begins with a dot; anything else is 404, folders too.
Route files(std::string pattern, std::filesystem::path folder, FileOptions options = {});

/// "image/png" for "photo.PNG"; "application/octet-stream" for what is not known.
std::string_view media_type_of(std::string_view file_name) noexcept;

}  // namespace kitchen::http
