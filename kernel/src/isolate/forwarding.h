// One request to the process of a plugin: HTTP/1.1 over its Unix socket, a connection each.
//
// Thread-safety: pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "kitchen/http/request.h"
#include "kitchen/http/response.h"
#include "kitchen/result.h"
#include "kitchen/tracing.h"
#include "kitchen/unique_fd.h"

namespace kitchen::isolate {

/// A body beyond it goes into a file without a name, which is deleted when it has been sent.
inline constexpr std::size_t most_in_memory = std::size_t{1} << 20;

/// The request as the plugin's process gets it: without what belongs to the client's connection,
/// and with what the server has found out. HEAD becomes GET, since the server needs the length.
std::string request_text(const http::Request& request, const TraceContext& trace);

/// A connection to the socket `name` in `folder`; the path of a folder may be of any length.
/// Invalid when none is listening.
UniqueFd connect_to(const std::filesystem::path& folder, const std::string& name);
/// A socket that listens there. Throws std::system_error.
UniqueFd listen_at(const std::filesystem::path& folder, const std::string& name);

/// Sends `text` and reads the response, without the fields that the server writes itself. Errors,
/// by their code: "timeout"; "ended", when the process is gone or breaks off; "bad_response".
Result<http::Response> exchange(const UniqueFd& connection, std::string_view text,
                                std::chrono::steady_clock::time_point until,
                                const std::filesystem::path& folder);

}  // namespace kitchen::isolate
