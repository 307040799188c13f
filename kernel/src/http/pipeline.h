// What happens to a request that matched a route: the middleware in its phases, authorisation,
// validation, the handler, and what its response becomes.
//
// Exceptions stop here: each becomes an Error of kind internal at the place where it was thrown,
// and is logged with the request's id; so the middleware around it sees an error like any other.
//
// Thread-safety: immutable once built; run() from any thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "http/server_table.h"
#include "kitchen/http/response.h"
#include "kitchen/http/route.h"
#include "kitchen/log.h"

namespace kitchen::http {

/// Error::code of an exception: already in the log.
inline constexpr std::string_view exception_code = "exception";

class Pipeline {
public:
    /// The middleware must outlive the pipeline and not move.
    Pipeline(const std::vector<RegisteredMiddleware>& middleware, Logger& log);

    /// Request::route says which. `allow` is the response to OPTIONS, which passes the observe and
    /// shield phases only.
    Result<Response> run(Request& request, std::string_view allow) const;

private:
    using Steps = std::vector<const RegisteredMiddleware*>;
    struct Run;

    Result<Response> step(const Run& run, std::size_t index) const;
    Result<Response> finish(const Run& run) const;
    Error thrown(const Request& request, std::string_view where, std::string_view plugin,
                 std::string_view what) const;

    Steps open_steps_;        ///< observe, shield
    Steps identified_steps_;  ///< observe, shield, identify, admit
    Logger& log_;
};

/// From what the pipeline gave to what is sent: errors become problems, a matching If-None-Match
/// becomes 304, and the fields are added that middleware and the route's access ask for. Logs what
/// the client must not see. The body of a response to HEAD stays: the transport needs its length,
/// and sends only that.
Response finish_response(const Request& request, Result<Response> result, Logger& log);

}  // namespace kitchen::http
