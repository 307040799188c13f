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

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
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
/// 304, 412 or 416. Last-Modified is its time of change; the ETag is of its size, its times and its
/// inode: replace a file, by renaming, rather than write into it. Copies on several machines have
/// different ETags, even when times are kept: a client that is sent from one to the other gets the
/// file anew (200, and the whole one for If-Range). Keep it with the same machine, or let all of
/// them read one network file system. Errors: not_found, also for what is no ordinary
/// file; precondition_failed; range_not_satisfiable; unavailable when it cannot be read.
Result<Response> file_response(Request& request, const std::filesystem::path& file,
                               const FileOptions& options = {});

/// Bytes that stay the same under their address, wherever they are kept: a blob, for example.
struct Content {
    std::string tag;            ///< of the ETag, without quotes: tells these bytes from all others
    std::int64_t modified = 0;  ///< POSIX seconds
    std::uint64_t size = 0;
    std::string media_type;
    Fields headers = {};  ///< of a response with the bytes, of 206 and 304 too
    /// Gives that part of them. Called only for a response that has it.
    std::function<Result<std::shared_ptr<const FileBody>>(std::uint64_t first,
                                                          std::uint64_t length)>
        open;
};

/// As file_response(), for what the caller opens. Errors: precondition_failed,
/// range_not_satisfiable; those of `open`.
Result<Response> content_response(Request& request, const Content& content);

/// A route that serves a folder, which each request looks for: while it is not there, the response
/// is 503, and the reason is logged. `pattern` ends in a parameter for the rest of
/// the path, "/assets/{path*}". Served is an ordinary file below the folder, reached without a
/// symbolic link and without a name that begins with a dot; anything else is 404, folders too.
Route files(std::string pattern, std::filesystem::path folder, FileOptions options = {});

/// "image/png" for "photo.PNG"; "application/octet-stream" for what is not known.
std::string_view media_type_of(std::string_view file_name) noexcept;

}  // namespace kitchen::http
