// A route: what it takes, what it gives, who may call it, and the function that handles it. Said
// once, here; routing, validation, the responses 404 / 405 / 415 / 422, authorisation and the
// OpenAPI document all come from it.
//
//     setup.add_route(Route::get("/foods/{id:id}/").summary("One food")
//         .answers<Food>(200, "The food").answers(404, "Unknown or deleted")
//         .handle([this](Request& req) { return routes_.read(req); }));
//
// Patterns: literal segments, {name} (one non-empty segment, which holds no slash when decoded),
// {name:id} (a positive integer below 2^63) and, at the end, {name*} (one segment or more, joined
// by slashes; none of them empty, "." or ".."). Anything else does not match. A trailing slash is
// optional in requests whichever way the pattern is written. A literal beats a parameter, and one
// segment beats the rest. Two routes with the same method and shape are a start-up error that names
// both plugins. HEAD comes with GET, OPTIONS with everything.
//
// Thread-safety: built in the constructor of a plugin; immutable afterwards. Handlers run on many
// threads at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kitchen/http/request.h"
#include "kitchen/http/response.h"
#include "kitchen/http/schema.h"
#include "kitchen/http/upload.h"
#include "kitchen/result.h"

namespace kitchen::http {

using Handler = std::function<Result<Response>(Request&)>;

enum class Access : std::uint8_t {
    anyone,           ///< credentials are not looked at
    maybe_signed_in,  ///< credentials are checked when there are some
    signed_in,        ///< 401 without a principal
    roles,            ///< 401 without a principal, 403 unless its role is listed
    operators,        ///< 401 without a principal, 403 unless Principal::is_operator
};

/// A query parameter or request header. Query values are checked like a JSON value of the schema's
/// type. A list (of a query only) is given as ?name=a&name=b, or as ?name=a,b: a comma that belongs
/// to a text is written %2C, and may be so to one of an enumeration as well.
struct Parameter {
    std::string name;
    Schema schema;
    std::string description;
    std::string default_value = {};  ///< filled in when absent; "" for none
    bool is_required = false;
};

/// A response that the route may give, for the documentation.
struct DescribedResponse {
    int status;
    std::string description;
    std::optional<Schema> schema;
    std::string content_type = "application/json";
};

/// A header field that responses of the route may carry, beyond those of every response.
struct ResponseHeader {
    std::string name;
    std::string description;
};

class Route {
public:
    static Route get(std::string pattern) { return Route("GET", std::move(pattern)); }
    static Route post(std::string pattern) { return Route("POST", std::move(pattern)); }
    static Route put(std::string pattern) { return Route("PUT", std::move(pattern)); }
    static Route patch(std::string pattern) { return Route("PATCH", std::move(pattern)); }
    static Route del(std::string pattern) { return Route("DELETE", std::move(pattern)); }

    Route& summary(std::string text) {
        summary_text = std::move(text);
        return *this;
    }
    Route& describe(std::string text) {
        description = std::move(text);
        return *this;
    }
    Route& query(Parameter p) {
        query_parameters.push_back(std::move(p));
        return *this;
    }
    /// Documents a request header; not validated.
    Route& header(Parameter p) {
        header_parameters.push_back(std::move(p));
        return *this;
    }
    /// Documents If-Match and its 412; http::if_match() checks it.
    Route& if_match() {
        return header({"If-Match", Schema::string(),
                       "The ETag of the version that the change is meant for."})
            .answers(412, "It has changed since the version in If-Match");
    }
    /// The route takes a JSON body of this shape. Without it a body is refused (422) unless it is
    /// empty or says nothing: {}, [], null, "".
    Route& body(Schema schema) {
        body_schema = std::move(schema);
        return *this;
    }
    template <Body T>
    Route& body() {
        return body(schema_of<T>());
    }
    /// Finds faults in the body that its schema cannot know: a phone number that is none. It sees
    /// the members with which the schema found nothing wrong, and is called also when there were
    /// others: so one response names every fault. Those it finds in members that are not there do
    /// not count, so that it may read the body over a default; but for "required". Reaches neither
    /// store nor cache.
    Route& check(std::function<Status(const Json& body)> fn) {
        return check([fn = std::move(fn)](const Json& body, const Request&) { return fn(body); });
    }
    /// The same for one that also looks at the head of the request.
    Route& check(std::function<Status(const Json& body, const Request& request)> fn) {
        body_check = std::move(fn);
        return *this;
    }
    /// The route takes what an HTML form without files sends (application/x-www-form-urlencoded):
    /// Request::json, an object whose texts are read as values of a query are. What was left empty
    /// is not there; what the form does not name is passed over.
    template <Body T>
    Route& takes_fields() {
        is_form = true;
        return body(schema_of<T>().open());
    }
    /// The body may be left out altogether; the handler then sees null.
    Route& optional_body() {
        body_optional = true;
        return *this;
    }
    /// The route takes a file of one of these media types ("image/png", "image/*", "*/*") as its
    /// body, of `limit` bytes at most: Request::file(). See upload.h.
    Route& takes_file(std::vector<std::string> media_types, std::size_t limit) {
        upload = Upload{false, {{"", std::move(media_types)}}};
        return body_limit(limit);
    }
    /// The route takes multipart/form-data, as HTML forms send it, of `limit` bytes at most:
    /// Request::files, and as Request::json the fields that are no file, which are members of the
    /// object `fields`. Their texts, server.limits.body bytes at most in all, are read as values of
    /// a query are, and several of one name as a list.
    Route& takes_form(std::vector<FileField> files, std::size_t limit,
                      Schema fields = Schema::object({})) {
        upload = Upload{true, std::move(files)};
        return body(std::move(fields)).body_limit(limit);
    }
    template <Body T>
    Route& takes_form(std::vector<FileField> files, std::size_t limit) {
        return takes_form(std::move(files), limit, schema_of<T>());
    }
    Route& body_limit(std::size_t bytes) {
        max_body = bytes;
        return *this;
    }
    /// Without schema and content type, an error (400 and above) is a problem document, and
    /// anything else has no body that is described.
    Route& answers(int status, std::string text, std::optional<Schema> schema = std::nullopt,
                   std::string content_type = "application/json") {
        responses.push_back({status, std::move(text), std::move(schema), std::move(content_type)});
        return *this;
    }
    /// A body of another media type: "text/csv", "application/pdf".
    Route& answers(int status, std::string text, std::string content_type) {
        return answers(status, std::move(text), std::nullopt, std::move(content_type));
    }
    template <Body T>
    Route& answers(int status, std::string text) {
        return answers(status, std::move(text), schema_of<T>());
    }
    /// A list in pages (page.h): takes limit and offset, and gives an envelope around `item`, under
    /// the name `component` in the OpenAPI document.
    Route& answers_page(std::string text, Schema item, std::string component);
    template <Body T>
    Route& answers_page(std::string text, std::string component) {
        return answers_page(std::move(text), schema_of<T>(), std::move(component));
    }
    /// Documents a header field of the responses, and lets scripts of allowed origins read it.
    Route& response_header(std::string name, std::string text) {
        response_headers.push_back({std::move(name), std::move(text)});
        return *this;
    }
    /// For clients that sign in: Request::who() is there.
    Route& signed_in() {
        access = Access::signed_in;
        return *this;
    }
    /// For anyone; Request::principal is set when the request brings credentials, and wrong ones
    /// are refused (401).
    Route& maybe_signed_in() {
        access = Access::maybe_signed_in;
        return *this;
    }
    Route& roles(std::vector<std::string> names) {
        access = Access::roles;
        allowed_roles = std::move(names);
        return *this;
    }
    /// For those who run this server, as the plugin that identifies says (Principal::is_operator).
    Route& for_operators() {
        access = Access::operators;
        return *this;
    }
    /// The route looks at this cookie. A browser sends cookies with requests of any site's pages;
    /// so a request that changes something and comes from another site's page is refused (403)
    /// before the handler, unless server.cors.origins lists that site.
    Route& uses_cookie(std::string name) {
        cookies.push_back(std::move(name));
        return *this;
    }
    /// Runs on the thread that reads the socket: the handler works from memory, in microseconds,
    /// and touches no store, cache, file or lock held for long. Only for routes open to anyone.
    Route& runs_inline() {
        is_inline = true;
        return *this;
    }
    /// What the route changes, for change-log/1 (change_log.h): a SELECT that gives its row, the id
    /// first and no secret, when $1 is the last parameter of the path; without a parameter in the
    /// path, the only row or the newest. `kind` is what such things are called: "food".
    Route& changes(std::string kind, std::string_view row) {
        changed_kind = std::move(kind);
        changed_row = row;
        return *this;
    }
    Route& handle(Handler fn) {
        handler = std::move(fn);
        return *this;
    }

    /// What a principal needs of Principal::scope, in the place of the plugin's id or the roles.
    Route& scope(std::string name) {
        scope_name = std::move(name);
        return *this;
    }
    /// One of these lets a principal with limited scopes in: "orders" for a route of the plugin
    /// orders, "kitchen" for one of that role, "operator"; to read, "orders:read" is enough.
    std::vector<std::string> scopes() const;

    /// Whether requests without a principal are refused before the handler.
    bool needs_principal() const noexcept { return access >= Access::signed_in; }

    std::string method;
    std::string pattern;
    std::string summary_text;
    std::string description;
    std::vector<Parameter> query_parameters;
    std::vector<Parameter> header_parameters;
    std::optional<Schema> body_schema;
    bool is_form = false;
    bool body_optional = false;
    std::function<Status(const Json&, const Request&)> body_check;
    std::optional<Upload> upload;
    std::optional<std::size_t> max_body;  ///< nothing: server.limits.body
    std::vector<DescribedResponse> responses;
    std::vector<ResponseHeader> response_headers;
    Access access = Access::anyone;
    std::vector<std::string> allowed_roles;
    std::string scope_name;
    std::vector<std::string> cookies;
    bool is_inline = false;
    std::string changed_kind;
    std::string changed_row;  ///< SQL; empty: not said
    Handler handler;
    std::string plugin;  ///< filled in by the kernel

private:
    Route(std::string m, std::string p) : method(std::move(m)), pattern(std::move(p)) {}
};

}  // namespace kitchen::http
