// What happens to a request that matched a route: the middleware in its phases, authorisation,
// validation, the handler, and what its response becomes.
//
// Exceptions stop here: each becomes an Error of kind internal at the place where it was thrown,
// and is logged with the request's id; so the middleware around it sees an error like any other.
//
// Thread-safety: immutable once built; run() from any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/compression.h"
#include "http/server_table.h"
#include "http/uploads/receive_upload.h"
#include "kitchen/http/response.h"
#include "kitchen/http/route.h"
#include "kitchen/log.h"

namespace kitchen::http {

/// Error::code of an exception: already in the log.
inline constexpr std::string_view exception_code = "exception";

class Pipeline {
public:
    /// The table must outlive the pipeline, and its members not move. Appends a sentence to
    /// `problems` for middleware that is for routes which are not there.
    Pipeline(const ServerTable& table, Logger& log, std::vector<std::string>& problems);

    /// Before the first request of a route that takes files.
    void use_uploads(UploadStorage storage) { uploads_.emplace(storage); }

    /// Request::route says which. `allow` is the response to OPTIONS, which passes the observe and
    /// shield phases only. `body`: where the body of a route that takes files is read.
    Result<Response> run(Request& request, std::string_view allow, Exchange* body = nullptr) const;

private:
    using Steps = std::vector<const RegisteredMiddleware*>;
    struct RouteSteps {
        Steps open;        ///< observe, shield
        Steps identified;  ///< observe, shield, identify, admit
        Steps checked;     ///< perform
    };
    struct Run;

    static RouteSteps steps_of(const ServerTable& table, const Route* route);
    const RouteSteps& steps_for(const Route* route) const;

    Result<Response> step(const Run& run, std::size_t index) const;
    Result<Response> finish(const Run& run) const;
    Result<Response> finish_upload(Request& request, Exchange& body) const;
    /// Of a request that is allowed and valid.
    Result<Response> perform(Request& request) const;
    Result<Response> handle(Request& request) const;
    Error thrown(const Request& request, std::string_view where, std::string_view plugin,
                 std::string_view what) const;

    RouteSteps steps_;  ///< of a route that is not in special_steps_
    std::unordered_map<const Route*, RouteSteps> special_steps_;
    const std::set<std::string>& forwarded_;
    std::optional<UploadStorage> uploads_;
    Logger& log_;
};

/// From what the pipeline gave to what is sent: errors become problems, a matching If-None-Match
/// becomes 304, and the fields are added that middleware and the route's access ask for. Logs what
/// the client must not see. The body of a response to HEAD stays: the transport needs its length,
/// and sends only that.
/// `compressor`: none leaves bodies as they are.
Response finish_response(const Request& request, Result<Response> result, Logger& log,
                         Compressor* compressor = nullptr);

}  // namespace kitchen::http
