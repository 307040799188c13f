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
#include <optional>
#include <string>

#include "kitchen/http/request.h"
#include "kitchen/http/route.h"

namespace kitchen::http {

/// Where the page before ended, as its `next` says it.
struct PageCursor {
    std::int64_t last = 0;  ///< the id of its last item; clients can make it up
    std::int64_t total_count = 0;
};

struct Page {
    std::int64_t limit = 10;  ///< 1 to 100
    std::int64_t offset = 0;  ///< from 0
    /// On a route that takes one: the page goes on after this item, which is the one before
    /// `offset`, and what matches need not be counted again.
    std::optional<PageCursor> cursor = std::nullopt;
};

/// A parameter of routes whose pages are far apart: with it in `next`, a client that follows the
/// links skips nothing, and misses and repeats nothing when items are added in front. Their items
/// have a member `id`.
Parameter page_cursor();
/// ?limit=, ?offset= and ?cursor= of a request. Error: unprocessable, for a cursor that no link
/// has.
Result<Page> page_of(const Request& request);
/// The envelope. `last`: the id of the last item, where the route takes a cursor. `items_json` is
/// the inside of the array: objects joined by commas. The links keep every other query parameter of
/// the request as the client wrote it.
std::string page_json(const Request& request, const Page& page, std::string_view items_json,
                      std::int64_t count, std::int64_t total_count,
                      std::optional<std::int64_t> last = std::nullopt);

/// The page that a request asks for. `find(page)` gives a Result of a struct of two members: the
/// items, and how many match in all. `write(out, item)` writes one item with a JsonWriter; items
/// with a table (body.h) need none.
template <class Find, class Write>
Result<Response> page_response(const Request& request, Find find, Write write) {
    const Result<Page> page = page_of(request);
    if (!page) return page.error();
    const auto found = find(*page);
    if (!found) return found.error();
    const auto& [all, total_count] = *found;
    const auto& items = all;  // clang 14 looks into no binding from a requires-expression
    std::string items_json;
    JsonWriter out(items_json);
    for (const auto& item : items) write(out, item);
    std::optional<std::int64_t> last;
    if constexpr (requires { std::int64_t{items.back().id}; })
        if (!items.empty()) last = items.back().id;
    return Response::raw_json(
        200, page_json(request, *page, items_json, std::ssize(items), total_count, last));
}

template <class Find>
Result<Response> page_response(const Request& request, Find find) {
    return page_response(request, find,
                         [](JsonWriter& out, const Body auto& item) { write_body(out, item); });
}

}  // namespace kitchen::http
