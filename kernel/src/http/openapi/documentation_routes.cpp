#include "openapi.h"

#include <string>
#include <string_view>

#include "kitchen/bytes.h"

namespace kitchen::http {
namespace {

constexpr const char* style_path = "/docs/style.css";

struct Page {
    std::string body;
    std::string tag;

    void set(std::string text) {
        body = std::move(text);
        body.shrink_to_fit();
        tag = '"' + hex(fnv1a64(body)) + '"';
    }
    Response response(const char* type) const {
        Response out(200);
        out.headers.reserve(5);
        out.headers.emplace_back("Content-Type", type);
        out.headers.emplace_back("ETag", tag);
        out.headers.emplace_back("Cache-Control",
                                 "no-cache");  // kept, but asked for again each time
        out.body = body;
        return out;
    }
};

}  // namespace

struct Documentation::Published {
    Page document, docs, style;
};

Documentation::Documentation() : published_(std::make_shared<Published>()) {}

std::vector<Route> Documentation::routes() const {
    std::vector<Route> routes;
    const auto add = [&](const char* path, const char* summary, const char* type, Schema schema,
                         Handler handler) {
        Route route = Route::get(path);
        route.summary(summary).runs_inline().handle(std::move(handler));
        route.answers(200, summary, std::move(schema), type)
            .answers(304, "If-None-Match has its ETag");
        route.plugin = "kernel";
        routes.push_back(std::move(route));
    };
    add("/openapi.json", "This API as an OpenAPI 3.1 document", "application/json",
        Schema::object({}).open(), [page = published_](Request&) -> Result<Response> {
            return page->document.response("application/json");
        });
    add("/docs/", "This API as a page to read", "text/html", Schema::string(),
        [page = published_](Request&) -> Result<Response> {
            return page->docs.response("text/html; charset=utf-8")
                .with_header("Content-Security-Policy", std::string(docs_policy()));
        });
    add(style_path, "The style sheet of that page", "text/css", Schema::string(),
        [page = published_](Request&) -> Result<Response> {
            return page->style.response("text/css; charset=utf-8");
        });
    return routes;
}

void Documentation::publish(const Json& openapi) {
    published_->document.set(openapi.dump());
    published_->docs.set(render_docs(openapi, style_path));
    published_->style.set(std::string(docs_style()));
}

}  // namespace kitchen::http
