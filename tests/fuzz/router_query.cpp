// Paths and queries. The router finds what a plain reading of the patterns finds, however the path
// is spelt; what it hands on is safe to use; a query that was accepted, written again, gives the
// same parameters; a pattern that is taken can be matched.
//
// Input, a line each: the method, the target, a pattern.
#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "http/routing/query.h"
#include "http/routing/router.h"
#include "kitchen/http/page.h"
#include "lines.h"
#include "require.h"
#include "sdk/percent.h"
#include "kitchen/utf8.h"

namespace {

using namespace kitchen;
using namespace kitchen::http;
using kitchen::fuzz::require;

const std::vector<Route>& routes() {
    static const std::vector<Route> all = [] {
        Route list = Route::get("/foods/");
        list.answers_page("", Schema::object({}), "Foods")
            .query({"search", Schema::string().min(1).max(20), "", ""})
            .query({"price", Schema::number().min(-5).max(1'000'000), "", ""})
            .query({"available", Schema::boolean(), "", "true"})
            .query({"kind", Schema::string().one_of({"soup", "rice & stew", "100%"}), "", ""})
            .query({"since", Schema::string().format(Format::date_time), "", ""})
            .query({"a b+c", Schema::integer(), "", ""});
        Route report = Route::get("/{any}/{id:id}/stock");
        report.query({"day", Schema::integer().min(1).max(31), "", "", true});
        // Literals, ids and texts side by side, and branches that lead nowhere.
        return std::vector<Route>{std::move(list),
                                  std::move(report),
                                  Route::get("/"),
                                  Route::post("/foods/"),
                                  Route::get("/foods/{id:id}"),
                                  Route::patch("/foods/{id:id}"),
                                  Route::get("/foods/popular/"),
                                  Route::del("/foods/{slug}"),
                                  Route::put("/foods/{id:id}/stock/"),
                                  Route::get("/foods/{slug}/sides/{side:id}"),
                                  Route::get("/foods/1/sides/all"),
                                  Route::post("/{any}/{id:id}/sides/{text}"),
                                  Route::get("/a/{x}/c"),
                                  Route::get("/a/b/{y}"),
                                  Route::del("/{x}/b/c"),
                                  Route::get("/a/{n:id}/c/d"),
                                  Route::patch("/{top}"),
                                  Route::get("/a/{path*}"),
                                  Route::get("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/{last}")};
    }();
    return all;
}

const Router& router() {
    static std::vector<std::string> problems;
    static const Router instance(routes(), problems);
    require(problems.empty(), "the routes of this test are good");
    return instance;
}

std::string encode(std::string_view text) {
    std::string out;
    for (const char c : text) {
        char escape[4];
        std::snprintf(escape, sizeof escape, "%%%02x",
                      static_cast<unsigned>(static_cast<unsigned char>(c)));
        out += escape;
    }
    return out;
}

/// A path read in the plainest way.
struct PlainPath {
    bool is_valid = true;
    bool has_empty_segment = false;
    std::vector<std::string> segments;

    explicit PlainPath(std::string_view target) {
        std::string_view rest = target.substr(0, target.find('?'));
        if (rest.empty() || rest.front() != '/') {
            is_valid = false;
            return;
        }
        rest.remove_prefix(1);
        if (rest.empty()) return;
        if (rest.back() == '/') rest.remove_suffix(1);
        for (std::size_t at = 0; at <= rest.size();) {
            const std::size_t slash = std::min(rest.find('/', at), rest.size());
            const auto segment = percent_decode(rest.substr(at, slash - at), Plus::literal);
            if (!segment || *segment == "." || *segment == "..") {
                is_valid = false;
                return;
            }
            has_empty_segment |= segment->empty();
            segments.push_back(*segment);
            at = slash + 1;
        }
    }
    std::string encoded() const {
        std::string out;
        for (const std::string& segment : segments) out += '/' + encode(segment);
        return out.empty() ? "/" : out;
    }
};

/// Whether {name*} takes a segment: no empty, "." or ".." between its slashes.
bool may_be_of_the_rest(const std::string& segment) {
    const std::string framed = '/' + segment + '/';
    for (const char* bad : {"//", "/./", "/../"})
        if (framed.find(bad) != std::string::npos) return false;
    return true;
}

/// How a pattern fits: nothing when it does not; else for each segment 0 literal, 1 id, 2 text, 3
/// the rest: less is better, from the left.
std::optional<std::vector<int>> fit(const Route& route, const PlainPath& path) {
    const auto pattern = parse_pattern(route.pattern);
    const bool takes_rest = !pattern.empty() && pattern.back().kind == PatternSegment::Kind::rest;
    if (takes_rest ? path.segments.size() < pattern.size() : path.segments.size() != pattern.size())
        return std::nullopt;
    std::vector<int> out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const std::string& segment = path.segments[i];
        switch (pattern[i].kind) {
            case PatternSegment::Kind::literal:
                if (segment != pattern[i].text) return std::nullopt;
                out.push_back(0);
                break;
            case PatternSegment::Kind::id:
                if (segment.empty() || segment.size() > 19 || segment.front() == '0' ||
                    segment.find_first_not_of("0123456789") != std::string::npos ||
                    (segment.size() == 19 && segment > "9223372036854775807"))
                    return std::nullopt;
                out.push_back(1);
                break;
            case PatternSegment::Kind::text:
                if (segment.find('/') != std::string::npos) return std::nullopt;
                out.push_back(2);
                break;
            case PatternSegment::Kind::rest:
                if (!std::all_of(path.segments.begin() + static_cast<std::ptrdiff_t>(i),
                                 path.segments.end(), may_be_of_the_rest))
                    return std::nullopt;
                out.push_back(3);
                break;
        }
    }
    return out;
}

void check_against_plain_reading(std::string_view method, std::string_view target,
                                 const Match& match) {
    const PlainPath path(target);
    const bool known =
        std::set<std::string_view>{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
            .contains(method);
    if (!known)
        return require(match.outcome == Match::Outcome::unknown_method,
                       "an unknown method is said to be one");
    if (!path.is_valid)
        return require(match.outcome == Match::Outcome::bad_path, "a bad path is said to be one");

    std::set<std::string> allowed;
    const Route* best = nullptr;
    std::vector<int> best_fit;
    for (const Route& route : routes()) {
        if (path.has_empty_segment) break;
        const auto fits = fit(route, path);
        if (!fits) continue;
        allowed.insert(route.method);
        if (route.method != (method == "HEAD" ? "GET" : method)) continue;
        if (!best || *fits < best_fit) best = &route, best_fit = *fits;
    }
    using Outcome = Match::Outcome;
    if (method == "OPTIONS") {
        require(match.outcome == (allowed.empty() ? Outcome::not_found : Outcome::options),
                "OPTIONS finds every path that exists");
    } else {
        require(match.route == best, "the router finds the best pattern that fits");
        require(match.outcome == (best              ? Outcome::found
                                  : allowed.empty() ? Outcome::not_found
                                                    : Outcome::method_not_allowed),
                "405 for a path of other methods, 404 for no path");
    }
    if (match.outcome != Outcome::options && match.outcome != Outcome::method_not_allowed) return;
    std::string allow;
    for (const char* name : {"GET", "POST", "PUT", "PATCH", "DELETE"})
        if (allowed.contains(name))
            allow += std::string(name) + (std::string_view(name) == "GET" ? ", HEAD, " : ", ");
    require(match.allow == allow + "OPTIONS", "Allow lists the methods of all patterns that fit");
}

void check_same(const Match& a, const Match& b, const char* property) {
    require(a.outcome == b.outcome && a.route == b.route && a.allow == b.allow &&
                a.path == b.path && a.path_parameters == b.path_parameters,
            property);
}

void check_handed_on(const Match& match) {
    if (!match.route) return;
    require(match.path.starts_with('/') && utf8::is_valid(match.path) &&
                match.path.find('\0') == std::string::npos,
            "a path is text without NUL");
    Request request;
    request.path_parameters = match.path_parameters;
    for (const PatternSegment& segment : parse_pattern(match.route->pattern)) {
        if (segment.kind == PatternSegment::Kind::literal || match.outcome != Match::Outcome::found)
            continue;
        const std::string_view value = request.path_text(segment.text);
        require(!value.empty() && value != "." && value != "..", "a parameter is no way up");
        if (segment.kind == PatternSegment::Kind::text)
            require(value.find('/') == std::string_view::npos, "a segment holds no slash");
        if (segment.kind == PatternSegment::Kind::rest)
            require(may_be_of_the_rest(std::string(value)), "the rest is no way up");
        if (segment.kind == PatternSegment::Kind::id)
            require(request.path_id(segment.text) > 0, "an id is positive");
    }
}

void check_link(const Request& request, const Json& link) {
    if (link.is_null()) return;
    require(link.as_string().starts_with(request.base_url + '/'), "a link leads here");
    const std::string target = link.as_string().substr(request.base_url.size());
    const Match match = router().match("GET", target);
    Request next;
    std::vector<Fault> faults;
    require(match.route == request.route &&
                read_query(query_of(target), *match.route, next.query_parameters, faults) &&
                faults.empty(),
            "a link to another page is a good request");
    const auto others = [](const Fields& fields) {
        Fields out;
        std::copy_if(fields.begin(), fields.end(), std::back_inserter(out), [](const auto& f) {
            return f.first != "limit" && f.first != "offset" && f.first != "cursor";
        });
        return out;
    };
    require(others(next.query_parameters) == others(request.query_parameters),
            "a link keeps the other parameters");
    const auto there = page_of(next), here = page_of(request);
    require(there && there->limit == here->limit && there->offset != here->offset,
            "a link leads to another page");
}

void check_query(const Route& route, std::string_view target) {
    Request request;
    request.target = target;
    request.base_url = "http://kitchen.example";
    request.route = &route;
    std::vector<Fault> faults;
    const Status status = read_query(query_of(target), route, request.query_parameters, faults);
    if (!status)
        return require(status.error().kind == Errc::malformed,
                       "what is not percent-encoded text is malformed");
    require(faults.size() <= 100 + route.query_parameters.size(),
            "an answer does not grow with the query");
    for (const Fault& fault : faults) {
        require(fault.pointer.starts_with('?') && utf8::is_valid(fault.pointer) &&
                    fault.pointer.size() <= 1 + 128 + 3,
                "a fault names a parameter");
        require(!fault.code.empty() && !fault.detail.empty(), "a fault says what is wrong");
    }
    if (!faults.empty()) return;

    std::string again = "?";
    for (const auto& [name, value] : request.query_parameters) {
        require(utf8::is_valid(value) && value.find('\0') == std::string::npos,
                "a parameter is text without NUL");
        again += '&' + encode(name) + '=' + encode(value);
    }
    Fields second;
    require(read_query(query_of(again), route, second, faults) && faults.empty() &&
                second == request.query_parameters,
            "an accepted query written again is the same query");
    for (const Parameter& parameter : route.query_parameters) {
        if (parameter.schema.type != Schema::Type::integer) continue;
        const auto value = request.query_integer(parameter.name);
        require(!value || !parameter.schema.minimum || *value >= *parameter.schema.minimum,
                "an integer keeps to its least");
        require(!value || !parameter.schema.maximum || *value <= *parameter.schema.maximum,
                "an integer keeps to its most");
    }
    if (!request.query("limit")) return;
    // A link repeats the target as it came, and what is no printable ASCII is refused by the
    // framing.
    if (!std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c <= '~'; }))
        return;
    const auto page = page_of(request);
    if (!page) return require(page.error().kind == Errc::unprocessable, "a cursor may be a fault");
    const auto envelope = parse_json(
        page_json(request, *page, R"({"id":1})", 1, static_cast<std::int64_t>(target.size())));
    require(envelope.has_value(), "a page is JSON");
    check_link(request, (*envelope)["next"]);
    check_link(request, (*envelope)["prev"]);
}

void check_pattern(std::string_view text) {
    std::vector<PatternSegment> pattern;
    try {
        pattern = parse_pattern(text);
    } catch (const std::invalid_argument&) {
        return;
    }
    require(pattern.size() <= max_pattern_segments, "a pattern has few segments");
    std::string path, encoded;
    Fields expected;
    for (const PatternSegment& segment : pattern) {
        const std::string value = segment.kind == PatternSegment::Kind::literal ? segment.text
                                  : segment.kind == PatternSegment::Kind::id ? "9223372036854775807"
                                  : segment.kind == PatternSegment::Kind::rest ? "a/b"
                                                                               : "a b";
        path += '/' + value;
        encoded += '/' + encode(value);
        if (segment.kind != PatternSegment::Kind::literal)
            expected.emplace_back(segment.text, value);
    }
    const std::vector<Route> one{Route::get(std::string(text))};
    std::vector<std::string> problems;
    const Router alone(one, problems);
    const Match match = alone.match("GET", encoded.empty() ? "/" : encoded);
    require(problems.empty() && match.outcome == Match::Outcome::found,
            "a pattern matches what is made from it");
    require(match.path == (path.empty() ? "/" : path) && match.path_parameters == expected,
            "a pattern gives what was put into it");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = kitchen::fuzz::text_of(data, size);
    const std::string_view method = kitchen::fuzz::take_line(rest);
    const std::string_view target = kitchen::fuzz::take_line(rest);
    check_pattern(kitchen::fuzz::take_line(rest));

    const Match match = router().match(method, target);
    if (target == "*") return 0;
    check_against_plain_reading(method, target, match);
    check_handed_on(match);

    const PlainPath path(target);
    const std::string query(target.substr(std::min(target.find('?'), target.size())));
    if (path.is_valid && !path.has_empty_segment) {
        check_same(match, router().match(method, path.encoded() + query),
                   "percent-encoding changes nothing");
        if (!path.segments.empty())
            check_same(match, router().match(method, path.encoded() + '/' + query),
                       "a slash at the end changes nothing");
    }
    if (match.outcome == Match::Outcome::found) check_query(*match.route, target);
    return 0;
}
