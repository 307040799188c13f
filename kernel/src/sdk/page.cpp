#include "kitchen/http/page.h"

#include <algorithm>
#include <optional>

#include "kitchen/text.h"
#include "percent.h"

namespace kitchen::http {
namespace {

constexpr const char* cursor_parameter = "cursor";

bool takes_cursor(const Request& request) {
    const auto& declared = request.route->query_parameters;
    return std::any_of(declared.begin(), declared.end(),
                       [](const Parameter& p) { return p.name == cursor_parameter; });
}

/// "OFFSET.TOTAL.LAST": of the page that it leads to, and for no other.
struct WrittenCursor {
    std::int64_t offset = 0;
    PageCursor cursor;
};
std::optional<WrittenCursor> parse_cursor(std::string_view text) {
    WrittenCursor read;
    for (std::int64_t* number : {&read.offset, &read.cursor.total_count, &read.cursor.last}) {
        const std::size_t end = std::min(text.find('.'), text.size());
        const auto value = parse_number(text.substr(0, end));
        const bool is_last = number == &read.cursor.last;
        if (!value || *value < 1 || (end == text.size()) != is_last) return std::nullopt;
        *number = *value;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return read;
}

bool is_page_parameter(std::string_view pair) {
    const auto name = percent_decode(pair.substr(0, pair.find('=')), Plus::space);
    return name == "limit" || name == "offset" || name == cursor_parameter;
}

/// Everything of a link up to the offset, which differs between them.
std::string link_stem(const Request& request, std::int64_t limit) {
    const std::string_view target = request.target;
    const std::size_t mark = std::min(target.find('?'), target.size());
    std::string stem = request.base_url;
    stem += target.substr(0, mark);
    stem += '?';
    std::string_view rest = target.substr(std::min(mark + 1, target.size()));
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (pair.empty() || is_page_parameter(pair)) continue;
        stem += pair;
        stem += '&';
    }
    stem += "limit=" + std::to_string(limit) + "&offset=";
    return stem;
}

std::optional<std::int64_t> next_offset(const Page& page, std::int64_t total) {
    if (page.offset >= total - page.limit)
        return std::nullopt;  // this way round, because offset + limit could overflow
    return page.offset + page.limit;
}

std::optional<std::int64_t> previous_offset(const Page& page, std::int64_t total) {
    if (page.offset == 0) return std::nullopt;
    if (page.offset < total) return std::max<std::int64_t>(0, page.offset - page.limit);
    if (total == 0) return std::nullopt;
    return (total - 1) / page.limit * page.limit;  // past the end: the last page that has items
}

}  // namespace

Parameter page_cursor() {
    return {cursor_parameter, Schema::string().max(64),
            "Where the page begins, as `next` of the one before says it. Follow that link; do not "
            "make one."};
}

Result<Page> page_of(const Request& request) {
    Page page;
    page.limit = request.query_integer("limit").value_or(page.limit);
    page.offset = request.query_integer("offset").value_or(page.offset);
    if (const auto text = request.query(cursor_parameter)) {
        const auto written = parse_cursor(*text);
        if (!written)
            return invalid_field("?cursor", "format",
                                 "Take the cursor from `next` of a page, or leave it out.");
        // One who has changed the offset of a link wants another page.
        if (written->offset == page.offset) page.cursor = written->cursor;
    }
    return page;
}

Route& Route::answers_page(std::string text, Schema item, std::string component) {
    const auto link = [](const char* what) { return Schema::string().or_null().describe(what); };
    query({"limit", Schema::integer().min(1).max(100), "How many items a page holds.", "10"});
    query({"offset", Schema::integer().min(0), "How many items to skip.", "0"});
    return answers(
        200, std::move(text),
        Schema::object({
                           {"result", Schema::array(std::move(item))},
                           {"count", Schema::integer().min(0).describe("Items in this page.")},
                           {"total_count", Schema::integer().min(0).describe("All that match.")},
                           {"limit", Schema::integer().min(1).max(100)},
                           {"offset", Schema::integer().min(0)},
                           {"next", link("URL of the next page; null on the last one.")},
                           {"prev", link("URL of the page before; null on the first one.")},
                       })
            .named(std::move(component)));
}

std::string page_json(const Request& request, const Page& page, std::string_view items_json,
                      std::int64_t count, std::int64_t total_count,
                      std::optional<std::int64_t> last) {
    const auto next = next_offset(page, total_count);
    const auto previous = previous_offset(page, total_count);
    std::string stem;
    if (next || previous) stem = link_stem(request, page.limit);

    std::string out;
    out.reserve(items_json.size() + 2 * stem.size() + 160);
    JsonWriter json(out);
    json.begin_object().key("result").begin_array();
    if (!items_json.empty()) json.raw(items_json);
    json.end_array();
    json.member("count", count).member("total_count", total_count);
    json.member("limit", page.limit).member("offset", page.offset);
    const auto link = [&](std::string_view name, std::optional<std::int64_t> offset,
                          const std::string& cursor) {
        json.key(name);
        if (offset)
            json.value(stem + std::to_string(*offset) + cursor);
        else
            json.null();
    };
    std::string cursor;
    if (next && last && takes_cursor(request))
        cursor = "&cursor=" + std::to_string(*next) + '.' + std::to_string(total_count) + '.' +
                 std::to_string(*last);
    link("next", next, cursor);
    link("prev", previous, "");
    json.end_object();
    return out;
}

}  // namespace kitchen::http
