#include "transfer_routes.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "kitchen/http/body.h"
#include "kitchen/text.h"

namespace kitchen::transfer {

using http::BodyFields;
using http::Request;
using http::Response;
using http::Route;
using http::Schema;

void describe(BodyFields<Imported>& field) {
    field.named("MenuImport");
    field("created", &Imported::created).min(0).describe("Foods that were not there");
    field("changed", &Imported::changed).min(0);
    field("unchanged", &Imported::unchanged).min(0);
    field("dry_run", &Imported::dry_run).describe("True: nothing was written");
}

namespace {

constexpr std::string_view csv_type = "text/csv", json_type = "application/json";

Route import_route(std::size_t max_bytes) {
    Route route = Route::post("/foods/import/");
    route.summary("Take over a menu")
        .describe(
            "CSV (RFC 4180, UTF-8) with the names of a food's members as its first row, in any "
            "order, or JSON: a list of foods, or what GET /foods/ gives. All or nothing. A food "
            "that is there, by its id or else by its name, is changed where the file says "
            "something else; what the file leaves out stays. The others are added, and none is "
            "removed.")
        .roles({"admin"})
        .takes_file({std::string(csv_type), std::string(json_type)}, max_bytes)
        .query({"dry_run", Schema::boolean(), "true: only tells what would be.", "false"})
        .answers<Imported>(200, "How many foods there were of each kind")
        .answers(409, "The menu was changed meanwhile (menu_changed); send it again")
        .answers(413, "More than " + std::to_string(max_bytes) +
                          " bytes, or too many foods (import_too_long)")
        .answers(415, "Neither CSV nor JSON")
        .answers(422,
                 "Some rows are not valid (import_invalid): the first 100 faults, each with its "
                 "line, and fault_count");
    return route;
}

Route export_route() {
    Route route = Route::get("/foods/export/");
    route.summary("The whole menu as a file")
        .describe(
            "What POST /foods/import/ takes: foods that are switched off too, with their counts.")
        .roles({"admin", "kitchen"})
        .query({"format", Schema::string().one_of({"csv", "json"}),
                "Without it, what Accept prefers; else JSON."})
        .header({"Accept", Schema::string(), "text/csv or application/json."})
        .answers(200, "The menu as JSON, a food a line",
                 Schema::array(Schema::object({{"id", Schema::integer().min(1)},
                                               {"name", Schema::string()},
                                               {"price", Schema::integer().min(0)},
                                               {"category", Schema::string()}})
                                   .open()))
        .answers(200, "The menu as CSV", std::string(csv_type))
        .answers(507, "No room for the file on the server")
        .response_header("Content-Disposition", "The name of the file");
    return route;
}

/// The q of an element of Accept in thousandths.
int quality(std::string_view parameters) {
    for (std::size_t at = parameters.find(';'); at != parameters.npos;
         at = parameters.find(';', at + 1)) {
        std::string_view parameter = without_blanks(parameters.substr(at + 1));
        if (parameter.size() < 3 || ascii_lower(parameter[0]) != 'q' || parameter[1] != '=')
            continue;
        parameter.remove_prefix(2);
        int thousandths = parameter[0] == '1' ? 1000 : 0;
        int place = 100;
        for (std::size_t i = 2; i < parameter.size() && i < 5; ++i, place /= 10)
            if (parameter[i] >= '0' && parameter[i] <= '9')
                thousandths += (parameter[i] - '0') * place;
            else
                break;
        return std::min(thousandths, 1000);
    }
    return 1000;
}

}  // namespace

MenuFormat preferred_format(std::string_view accept) {
    int csv = 0, json = 0, csv_detail = -1, json_detail = -1;
    while (!accept.empty()) {
        const std::size_t end = std::min(accept.find(','), accept.size());
        const std::string_view element = accept.substr(0, end);
        const std::string range = ascii_lower(without_blanks(element.substr(0, element.find(';'))));
        const auto take = [&](std::string_view type, int& q, int& detail) {
            const int fits = range == type                                                 ? 2
                             : range == std::string(type.substr(0, type.find('/'))) + "/*" ? 1
                             : range == "*/*"                                              ? 0
                                                                                           : -1;
            if (fits < 0 || fits < detail) return;
            detail = fits;
            q = quality(element);
        };
        take(csv_type, csv, csv_detail);
        take(json_type, json, json_detail);
        accept.remove_prefix(std::min(end + 1, accept.size()));
    }
    return csv > json ? MenuFormat::csv : MenuFormat::json;
}

TransferRoutes::TransferRoutes(Setup& setup, MenuImport& importer, const MenuExport& exporter,
                               const Clock& clock, std::size_t max_bytes)
    : importer_(importer), exporter_(exporter), clock_(clock) {
    setup.add_route(import_route(max_bytes).handle([this](Request& r) { return read(r); }));
    setup.add_route(export_route().handle([this](Request& r) { return write(r); }));
}

Result<Response> TransferRoutes::read(const Request& request) const {
    const http::UploadedFile& file = *request.file();
    const MenuFormat format = file.media_type == csv_type ? MenuFormat::csv : MenuFormat::json;
    const Result<Imported> imported =
        importer_.run(file.path, format, request.query("dry_run") == "true", request.who().user_id);
    if (!imported) return imported.error();
    return Response::json(200, *imported);
}

Result<Response> TransferRoutes::write(const Request& request) const {
    const std::string* accept = request.header("accept");
    const auto asked = request.query("format");
    const MenuFormat format = asked    ? (*asked == "csv" ? MenuFormat::csv : MenuFormat::json)
                              : accept ? preferred_format(*accept)
                                       : MenuFormat::json;
    auto file = exporter_.write(format);
    if (!file) return std::move(file).error();
    const bool is_csv = format == MenuFormat::csv;
    const std::string day = format_rfc3339(clock_.now()).substr(0, 10);
    Response response(200);
    response.file = *std::move(file);
    response.headers = {{"Content-Type", is_csv ? "text/csv; charset=utf-8; header=present"
                                                : std::string(json_type)},
                        {"Content-Disposition",
                         "attachment; filename=\"menu-" + day + (is_csv ? ".csv\"" : ".json\"")},
                        {"Cache-Control", "no-store"},
                        {"Vary", "Accept"}};
    return response;
}

}  // namespace kitchen::transfer
