// Paged lists: the parameters every list takes and the envelope every list gives (see Pages in the
// API contract).
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "kitchen/http/request.h"
#include "kitchen/http/route.h"

namespace kitchen::http {

struct Page {
    std::int64_t limit = 10;  ///< 1 to 100
    std::int64_t offset = 0;  ///< from 0
};

/// Declares ?limit= and ?offset= on a route.
void add_page_parameters(Route& route);
/// Reads them from a request of such a route.
Page page_of(const Request& request);
/// The schema of the envelope around `item`.
Schema page_schema(Schema item, std::string component_name);
/// The envelope. `items_json` is the inside of the array: objects joined by commas. The links keep
/// every other query parameter of the request as the client wrote it.
std::string page_json(const Request& request, const Page& page, std::string_view items_json,
                      std::int64_t count, std::int64_t total_count);

}  // namespace kitchen::http
