#include "host/operations_routes.h"

#include <algorithm>

#include "host/data_check.h"
#include "plugin/gate.h"
#include "kitchen/json.h"

namespace kitchen::host {

namespace {

using http::Request;
using http::Response;
using http::Route;
using http::Schema;

Response uncached(int status, std::string json) {
    Response response = Response::raw_json(status, std::move(json));
    response.set_header("Cache-Control", "no-store");
    if (status == 503) response.set_header("Retry-After", "1");
    return response;
}

Response status_response(int status, std::string_view status_name) {
    std::string out;
    JsonWriter(out).begin_object().member("status", status_name).end_object();
    return uncached(status, std::move(out));
}

Schema status_schema(std::vector<std::string> names) {
    return Schema::object({{"status", Schema::string().one_of(std::move(names))}});
}

Schema health_schema() {
    return Schema::object(
               {
                   {"status", Schema::string().one_of({"ok", "degraded", "down"})},
                   {"checks",
                    Schema::object({}).open().describe(
                        "By name: status (ok or down), required, and a detail when down")},
               })
        .named("Health");
}

Schema plugins_schema() {
    const Schema entry =
        Schema::object(
            {
                {"id", Schema::string()},
                {"version", Schema::string(), http::optional},
                {"summary", Schema::string(), http::optional},
                {"needs",
                 Schema::array(Schema::object({
                     {"interface", Schema::string()},
                     {"optional", Schema::boolean()},
                     {"provider", Schema::string().or_null().describe("The plugin bound to it")},
                     {"providers",
                      Schema::array(Schema::string())
                          .describe("All of them, for an interface that takes many"),
                      http::optional},
                 })),
                 http::optional},
                {"provides", Schema::array(Schema::string()), http::optional},
                {"required", Schema::boolean()},
                {"state", Schema::string().one_of({"loaded", "constructed", "started", "stopped",
                                                   "failed", "isolated", "left_out"})},
                {"reason", Schema::string().describe("Why it was left out"), http::optional},
            })
            .named("Plugin");
    return Schema::object(
        {{"plugins", Schema::array(entry).describe("In the order in which they started")}});
}

void write_plugin(JsonWriter& json, const PluginSet& plugins, const plugin::Instance& instance) {
    const plugin::Manifest& manifest = instance.manifest();
    json.begin_object()
        .member("id", manifest.id())
        .member("version", manifest.version())
        .member("summary", manifest.summary())
        .key("needs")
        .begin_array();
    for (const InterfaceUse& use : manifest.interfaces()) {
        if (use.kind == InterfaceUse::Kind::provides || plugin::is_kernel_interface(use.name))
            continue;
        json.begin_object()
            .member("interface", use.name)
            .member("optional", use.kind != InterfaceUse::Kind::needs)
            .key("provider");
        const std::string provider = plugins.provider_of(std::string(use.name));
        if (provider.empty() || use.kind == InterfaceUse::Kind::uses_all)
            json.null();
        else
            json.value(provider);
        if (use.kind == InterfaceUse::Kind::uses_all) {
            json.key("providers").begin_array();
            for (const std::string& id : plugins.providers_of(use.name)) json.value(id);
            json.end_array();
        }
        json.end_object();
    }
    json.end_array().key("provides").begin_array();
    for (const InterfaceUse& use : manifest.interfaces())
        if (use.kind == InterfaceUse::Kind::provides) json.value(use.name);
    json.end_array()
        .member("required", instance.required())
        .member("state", to_string(instance.state()))
        .end_object();
}

Response list_plugins(const PluginSet& plugins) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("plugins").begin_array();
    for (const plugin::Instance* instance : plugins.order()) write_plugin(json, plugins, *instance);
    for (const PluginSet::Skipped& gone : plugins.skipped())
        json.begin_object()
            .member("id", gone.id)
            .member("required", false)
            .member("state", "left_out")
            .member("reason", gone.reason)
            .end_object();
    json.end_array().end_object();
    return uncached(200, std::move(out));
}

Result<Response> check_tables(const OperationsSources& sources) {
    Store* const store = sources.store();
    if (!store) return Response::json(200, DataReport{});
    Result<DataReport> report = check_data(*store, sources.plugins);
    if (!report) return std::move(report).error();
    return Response::json(200, *report).with_header("Cache-Control", "no-store");
}

}  // namespace

std::vector<Route> operations_routes(OperationsSources sources) {
    std::vector<Route> routes;
    routes.push_back(
        Route::get("/livez")
            .summary("Is the process alive?")
            .describe("200 as long as the server can respond at all. Looks at nothing else.")
            .answers(200, "Alive", status_schema({"ok"}))
            .runs_inline()
            .handle([](Request&) -> Result<Response> { return status_response(200, "ok"); }));
    routes.push_back(Route::get("/readyz")
                         .summary("May requests be sent here?")
                         .describe("For load balancers: 503 while the server starts or drains, and "
                                   "while a required part is down.")
                         .answers(200, "Ready", status_schema({"ok"}))
                         .answers(503, "Not ready", status_schema({"starting", "draining", "down"}))
                         .handle([sources](Request&) -> Result<Response> {
                             if (const std::string_view phase = sources.phase(); phase != "ready")
                                 return status_response(503, phase);
                             const bool down =
                                 sources.health.report()->overall == HealthReport::Overall::down;
                             return status_response(down ? 503 : 200, down ? "down" : "ok");
                         }));
    routes.push_back(Route::get("/health/")
                         .summary("The state of every part")
                         .describe("Each check runs at most once a second. `degraded`: a part that "
                                   "is not required is down.")
                         .answers(200, "Every required part is up", health_schema())
                         .answers(503, "A required part is down", health_schema())
                         .handle([sources](Request&) -> Result<Response> {
                             const auto report = sources.health.report();
                             return uncached(
                                 report->overall == HealthReport::Overall::down ? 503 : 200,
                                 to_json(*report));
                         }));
    routes.push_back(
        Route::get("/admin/plugins/")
            .summary("What is loaded")
            .describe("Every plugin with its version, what it needs and provides, and its state.")
            .for_operators()
            .answers(200, "The plugins", plugins_schema())
            .handle(
                [sources](Request&) -> Result<Response> { return list_plugins(sources.plugins); }));
    routes.push_back(Route::get("/admin/data/")
                         .summary("Whether what must hold in the tables does")
                         .describe("Asks every rule of every plugin, which reads whole tables.")
                         .for_operators()
                         .answers<DataReport>(200, "The rules that are broken")
                         .handle([sources](Request&) { return check_tables(sources); }));
    for (Route& route : routes) route.plugin = "kernel";
    return routes;
}

}  // namespace kitchen::host
