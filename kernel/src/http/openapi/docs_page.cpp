#include "openapi.h"

#include <algorithm>

#include "http/routing/request_path.h"
#include "kitchen/html.h"

namespace kitchen::http {
namespace {

std::string text_in(const Json& value) {
    return value.is_string() ? value.as_string() : std::string();
}

constexpr std::string_view schema_prefix = "#/components/schemas/";

/// "integer, 1 to 99, default 1", or a link to a component. HTML.
std::string type_of(const Json& schema) {
    if (const Json* reference = schema.find("$ref")) {
        const std::string name = html_escaped(text_in(*reference).substr(schema_prefix.size()));
        return "<a href=\"#schema-" + name + "\">" + name + "</a>";
    }
    if (const Json* any_of = schema.find("anyOf")) {
        std::string out;
        for (const Json& one : any_of->as_array())
            out += (out.empty() ? "" : " or ") + type_of(one);
        return out;
    }
    std::string out;
    const Json& type = schema["type"];
    if (type.is_array()) {
        for (const Json& one : type.as_array()) out += (out.empty() ? "" : " or ") + text_in(one);
    } else {
        out = type.is_null() ? "any" : text_in(type);
    }
    if (schema.has("items")) out += " of " + type_of(schema["items"]);
    if (schema.has("format")) out += " (" + html_escaped(text_in(schema["format"])) + ")";
    if (schema.has("enum")) {
        std::string values;
        for (const Json& value : schema["enum"].as_array())
            if (!value.is_null())
                values +=
                    (values.empty() ? "" : ", ") +
                    ("<code>" + html_escaped(value.is_string() ? value.as_string() : value.dump()) +
                     "</code>");
        out += ": " + values;
    }
    const auto bound = [&](const char* name, const char* before, const char* after) {
        if (schema.has(name)) out += before + schema[name].dump() + after;
    };
    bound("minimum", ", from ", "");
    bound("maximum", ", to ", "");
    bound("minLength", ", at least ", " characters");
    bound("maxLength", ", at most ", " characters");
    bound("minItems", ", at least ", " elements");
    bound("maxItems", ", at most ", " elements");
    if (schema.has("pattern"))
        out += ", matches <code>" + html_escaped(text_in(schema["pattern"])) + "</code>";
    if (schema.has("default"))
        out += ", default <code>" + html_escaped(schema["default"].dump()) + "</code>";
    return out;
}

class PageWriter {
public:
    PageWriter(const Json& openapi, std::string_view style_url)
        : openapi_(openapi), style_url_(style_url) {
        const Json& servers = openapi_["servers"];
        if (servers.size() > 0)
            prefix_ = html_escaped(path_of_url(text_in(servers.as_array().front()["url"])));
    }

    std::string write() {
        const std::string title = html_escaped(text_in(openapi_["info"]["title"]));
        out_ =
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
            title + " API</title>\n<link rel=\"stylesheet\" href=\"" + prefix_ +
            html_escaped(style_url_) + "\">\n</head>\n<body>\n<header>\n<h1>" + title + " <small>" +
            html_escaped(text_in(openapi_["info"]["version"])) + "</small></h1>\n<p>" +
            html_escaped(text_in(openapi_["info"]["description"])) + "</p>\n<p><a href=\"" +
            prefix_ +
            "/openapi.json\">openapi.json</a> holds the same for "
            "machines.</p>\n</header>\n";
        contents();
        out_ += "<main>\n";
        for (const Json& tag : openapi_["tags"].as_array()) section(text_in(tag["name"]));
        section("");
        out_ += "<section>\n<h2>Schemas</h2>\n";
        for (const auto& [name, schema] : openapi_["components"]["schemas"].as_object())
            component(name, schema);
        out_ += "</section>\n</main>\n</body>\n</html>\n";
        return std::move(out_);
    }

private:
    template <class Visit>
    void each_operation(std::string_view tag, Visit visit) const {
        for (const auto& [path, item] : openapi_["paths"].as_object())
            for (const auto& [method, operation] : item.as_object()) {
                const Json& tags = operation["tags"];
                if ((tags.size() > 0 ? text_in(tags.as_array().front()) : "") == tag)
                    visit(path, method, operation);
            }
    }

    static std::string upper(std::string text) {
        for (char& c : text)
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        return text;
    }

    void contents() {
        out_ += "<nav>\n";
        for (const Json& tag : openapi_["tags"].as_array()) {
            const std::string name = text_in(tag["name"]);
            out_ += "<h2>" + html_escaped(name) + "</h2>\n<ul>\n";
            each_operation(name, [&](const std::string& path, const std::string& method,
                                     const Json& operation) {
                out_ += "<li><a href=\"#" + html_escaped(text_in(operation["operationId"])) +
                        "\"><b class=\"" + method + "\">" + upper(method) + "</b> " +
                        html_escaped(path) + "</a></li>\n";
            });
            out_ += "</ul>\n";
        }
        out_ += "</nav>\n";
    }

    void section(const std::string& tag) {
        bool is_first = true;
        each_operation(tag, [&](const std::string& path, const std::string& method,
                                const Json& op) {
            if (is_first)
                out_ += "<section>\n<h2>" + html_escaped(tag.empty() ? "Others" : tag) + "</h2>\n";
            is_first = false;
            operation(path, method, op);
        });
        if (!is_first) out_ += "</section>\n";
    }

    void operation(const std::string& path, const std::string& method, const Json& op) {
        const std::string id = html_escaped(text_in(op["operationId"]));
        out_ += "<article id=\"" + id + "\">\n<h3><b class=\"" + method + "\">" + upper(method) +
                "</b> <code>" + html_escaped(path) + "</code></h3>\n";
        if (op.has("summary"))
            out_ += "<p><strong>" + html_escaped(text_in(op["summary"])) + "</strong></p>\n";
        if (op.has("description"))
            out_ += "<p>" + html_escaped(text_in(op["description"])) + "</p>\n";
        out_ += "<p class=\"access\">" + access(op) + "</p>\n";
        if (op.has("parameters")) parameters(op["parameters"]);
        if (op.has("requestBody")) {
            out_ += "<h4>Body" +
                    std::string(
                        op["requestBody"]["required"] == Json(true) ? "" : " (may be left out)") +
                    "</h4>\n";
            for (const auto& [type, media] : op["requestBody"]["content"].as_object()) {
                if (type != "application/json")
                    out_ += "<p><code>" + html_escaped(type) + "</code></p>\n";
                shape(media["schema"]);
            }
        }
        responses(op["responses"]);
        out_ += "<h4>Example</h4>\n<pre>" +
                html_escaped(curl_example(openapi_, path, upper(method), op)) +
                "</pre>\n</article>\n";
    }

    static std::string access(const Json& op) {
        if (op["security"].size() == 0) return "Open to anyone.";
        if (op["security"].as_array().front().size() == 0)
            return "Open to anyone; credentials are checked when there are some.";
        if (!op.has("x-roles")) return "For anyone who is signed in.";
        std::string roles;
        for (const Json& role : op["x-roles"].as_array())
            roles += (roles.empty() ? "" : ", ") + html_escaped(text_in(role));
        return "For: " + roles + ".";
    }

    void parameters(const Json& list) {
        out_ +=
            "<h4>Parameters</h4>\n<table>\n<tr><th>Name</th><th>In</th><th>Type</th><th>Meaning</"
            "th></tr>\n";
        for (const Json& p : list.as_array())
            row({"<code>" + html_escaped(text_in(p["name"])) + "</code>" +
                     (p["required"] == Json(true) ? " *" : ""),
                 html_escaped(text_in(p["in"])), type_of(p["schema"]),
                 html_escaped(text_in(p["description"]))});
        out_ += "</table>\n";
    }

    void responses(const Json& list) {
        out_ +=
            "<h4>Responses</h4>\n<table>\n<tr><th>Status</th><th>Meaning</th><th>Body</th></tr>\n";
        for (const auto& [status, written] : list.as_object()) {
            const Json& response = resolved(written);
            std::string bodies;
            for (const auto& [type, media] :
                 response["content"].is_object() ? response["content"].as_object() : Json::Object())
                bodies += (bodies.empty() ? "" : "<br>") + type_of(media["schema"]) + " <small>" +
                          html_escaped(type) + "</small>";
            row({html_escaped(status), html_escaped(text_in(response["description"])), bodies});
        }
        out_ += "</table>\n";
    }

    void component(const std::string& name, const Json& schema) {
        out_ += "<article id=\"schema-" + html_escaped(name) + "\">\n<h3>" + html_escaped(name) +
                "</h3>\n";
        shape(schema);
        out_ += "</article>\n";
    }

    /// The members of an object as a table; anything else as a line.
    void shape(const Json& schema) {
        const Json& properties = schema["properties"];
        if (properties.size() == 0) {
            out_ += "<p>" + type_of(schema) + "</p>\n";
            return;
        }
        out_ += "<table>\n<tr><th>Member</th><th>Type</th><th>Meaning</th></tr>\n";
        const Json& required = schema["required"];
        for (const auto& [name, member] : properties.as_object()) {
            const bool is_required =
                required.is_array() &&
                std::find(required.as_array().begin(), required.as_array().end(), Json(name)) !=
                    required.as_array().end();
            row({"<code>" + html_escaped(name) + "</code>" + (is_required ? " *" : ""),
                 type_of(member), html_escaped(text_in(member["description"]))});
        }
        out_ += "</table>\n";
    }

    void row(std::initializer_list<std::string> cells) {
        out_ += "<tr>";
        for (const std::string& cell : cells) out_ += "<td>" + cell + "</td>";
        out_ += "</tr>\n";
    }

    const Json& resolved(const Json& response) const {
        constexpr std::string_view prefix = "#/components/responses/";
        const Json* reference = response.find("$ref");
        return reference
                   ? openapi_["components"]["responses"][text_in(*reference).substr(prefix.size())]
                   : response;
    }

    const Json& openapi_;
    const std::string_view style_url_;
    std::string prefix_;  ///< of every path
    std::string out_;
};

}  // namespace

std::string render_docs(const Json& openapi, std::string_view style_url) {
    return PageWriter(openapi, style_url).write();
}

std::string_view docs_style() noexcept {
    return R"css(:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; }
h2 { border-bottom: 1px solid var(--line); margin-top: 2.5rem; }
nav h2 { font-size: 1rem; margin: 1rem 0 0; }
nav ul { columns: 22rem; list-style: none; padding: 0; }
article { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; padding: 0 1rem 1rem; }
article:target { outline: 2px solid; }
h3 code { font-size: 1.1rem; overflow-wrap: anywhere; }
b.get, b.post, b.put, b.patch, b.delete { border-radius: .25rem; color: #fff; font: bold .75rem/1 monospace; padding: .2rem .4rem; }
b.get { background: #1769aa; } b.post { background: #2e7d32; } b.put, b.patch { background: #a15c00; } b.delete { background: #b3261e; }
.access { opacity: .8; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; vertical-align: top; }
pre { background: var(--soft); border-radius: .25rem; overflow-x: auto; padding: .75rem; }
)css";
}

std::string_view docs_policy() noexcept {
    return "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
           "frame-ancestors 'none'";
}

}  // namespace kitchen::http
