#include "kitchen/http/page.h"

#include <algorithm>
#include <optional>

#include "percent.h"

namespace kitchen::http {
namespace {

bool is_page_parameter(std::string_view pair) {
    const auto name = percent_decode(pair.substr(0, pair.find('=')), Plus::space);
    return name == "limit" || name == "offset";
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

Page page_of(const Request& request) {
    Page page;
    page.limit = request.query_integer("limit").value_or(page.limit);
    page.offset = request.query_integer("offset").value_or(page.offset);
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
                      std::int64_t count, std::int64_t total_count) {
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
    const auto link = [&](std::string_view name, std::optional<std::int64_t> offset) {
        json.key(name);
        if (offset)
            json.value(stem + std::to_string(*offset));
        else
            json.null();
    };
    link("next", next);
    link("prev", previous);
    json.end_object();
    return out;
}

}  // namespace kitchen::http
