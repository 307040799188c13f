// Paged lists: the parameters every list takes and the envelope every list gives (see Pages in the
// API contract). Route::answers_page() declares both.
//
//     return page_response(
//         request, [&](const Page& page) { return foods_.list(page.limit, page.offset); });
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <iterator>
#include <string>

#include "kitchen/http/request.h"
#include "kitchen/http/route.h"

namespace kitchen::http {

struct Page {
    std::int64_t limit = 10;  ///< 1 to 100
    std::int64_t offset = 0;  ///< from 0
};

/// ?limit= and ?offset= of a request.
Page page_of(const Request& request);
/// The envelope. `items_json` is the inside of the array: objects joined by commas. The links keep
/// every other query parameter of the request as the client wrote it.
std::string page_json(const Request& request, const Page& page, std::string_view items_json,
                      std::int64_t count, std::int64_t total_count);

/// The page that a request asks for. `find(page)` gives a Result of a struct of two members: the
/// items, and how many match in all. `write(out, item)` writes one item with a JsonWriter; items
/// with a table (body.h) need none.
template <class Find, class Write>
Result<Response> page_response(const Request& request, Find find, Write write) {
    const Page page = page_of(request);
    const auto found = find(page);
    if (!found) return found.error();
    const auto& [items, total_count] = *found;
    std::string items_json;
    JsonWriter out(items_json);
    for (const auto& item : items) write(out, item);
    return Response::raw_json(200,
                              page_json(request, page, items_json, std::ssize(items), total_count));
}

template <class Find>
Result<Response> page_response(const Request& request, Find find) {
    return page_response(request, find,
                         [](JsonWriter& out, const Body auto& item) { write_body(out, item); });
}

}  // namespace kitchen::http
